"""dbt on a real server: seeds, build, unit tests, failures and documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import dbt

UNIT_TESTS = 47


def test_seeds_are_loaded_once_and_as_what_they_are(built: Settings) -> None:
    assert dbt.ensure_seeds(built) is False
    engine = database.engine(built, "transformer")
    with engine.connect() as connection:
        isic = connection.scalar(sa.text("SELECT isic_class FROM reference.isic_classes ORDER BY 1"))
        month = connection.scalar(sa.text("SELECT min(month) FROM reference.fx_monthly WHERE currency = 'PEN'"))
        until = connection.scalar(sa.text("SELECT available_until FROM reference.standards WHERE standard = 'utz'"))
    engine.dispose()
    assert (isic, month, until.isoformat()) == ("0111", "2019-01", "2022-06-30")


def test_unit_tests_hold(built: Settings) -> None:
    assert dbt.run_unit_tests(built).counts == {"unit_test": UNIT_TESTS}


def test_a_build_makes_every_mart_and_nothing_in_the_checkout(built: Settings) -> None:
    before = set(dbt.PROJECT.rglob("*"))
    counts = dbt.build(built).counts
    assert counts["model"] > 50
    assert counts["test"] > 30
    assert set(dbt.PROJECT.rglob("*")) == before
    engine = database.engine(built)
    assert "kpi_headline" in sa.inspect(engine).get_table_names("candidate_marts")
    engine.dispose()


def test_a_failure_names_the_test_and_hides_the_row(built: Settings) -> None:
    """A project that slipped past the registry's checks, of a pillar that does not exist."""
    engine = database.engine(built, "loader")
    insert = sa.text(
        "INSERT INTO registry.projects (project_code, title, country, pillar, lead_institution, start_date, end_date,"
        " grant_eur) VALUES ('XX-01', 'A title', 'PE', :pillar, 'nobody', '2024-01-01', '2025-01-01', 1)"
    )
    with engine.begin() as connection:
        connection.execute(insert, {"pillar": "neither"})
    try:
        with pytest.raises(dbt.TransformationFailed) as failure:
            dbt.build(built)
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM registry.projects WHERE project_code = 'XX-01'"))
        engine.dispose()
    assert "columns_hold_dim_project" in str(failure.value)
    assert "pillar is none of agriculture, circular (1)" in str(failure.value)
    assert "A title" not in str(failure.value)
    dbt.build(built)


def test_documentation_is_one_page(built: Settings) -> None:
    page: Path = dbt.generate_docs(built)
    assert page == built.reports / "dbt_docs" / "index.html"
    assert "claims_ledger" in page.read_text(encoding="utf-8")
