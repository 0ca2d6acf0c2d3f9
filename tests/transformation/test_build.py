"""dbt on a real server: seeds, build, unit tests, failures and documentation."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import dbt, docs, seeds

UNIT_TESTS = 68


def test_seeds_are_loaded_once_and_as_what_they_are(built: Settings) -> None:
    assert seeds.ensure_seeds(built) is False
    engine = database.engine(built, "transformer")
    with engine.connect() as connection:
        isic = connection.scalar(sa.text("SELECT isic_class FROM reference.isic_classes ORDER BY 1"))
        month = connection.scalar(sa.text("SELECT min(month) FROM reference.fx_monthly WHERE currency = 'PEN'"))
        until = connection.scalar(sa.text("SELECT available_until FROM reference.standards WHERE standard = 'utz'"))
    engine.dispose()
    assert (isic, month, until.isoformat()) == ("0111", "2019-01", "2022-06-30")


def test_the_office_s_own_figures_stand_over_the_shipped_ones(built: Settings, loader: sa.Engine) -> None:
    """They add to the shipped ones, take the place of those of the same key, and go without a trace."""

    def loaded() -> dict[str, list[tuple]]:
        with loader.connect() as connection:
            return {
                name: [
                    tuple(row) for row in connection.execute(sa.text(f"select * from reference.{name} order by 1, 2"))
                ]
                for name in ("fx_monthly", "cpi_annual")
            }

    shipped = loaded()
    with loader.begin() as connection:
        connection.execute(
            sa.text(
                "insert into registry.fx_monthly values ('PEN', '2024-01', 9.5, null), ('PEN', '2031-01', 5, 'bank')"
            )
        )
        connection.execute(sa.text("insert into registry.cpi_annual values ('PE', 2031, 200)"))
    assert seeds.ensure_seeds(built) is True
    assert seeds.ensure_seeds(built) is False
    own = loaded()
    rates = {row[:2]: (float(row[2]), row[3]) for row in own["fx_monthly"]}
    assert rates["PEN", "2024-01"] == (9.5, "programme office") and rates["PEN", "2031-01"] == (5, "bank")
    assert len(own["fx_monthly"]) == len(shipped["fx_monthly"]) + 1
    assert len(set(own["fx_monthly"]) - set(shipped["fx_monthly"])) == 2
    assert [row[:2] for row in set(own["cpi_annual"]) - set(shipped["cpi_annual"])] == [("PE", 2031)]
    with loader.begin() as connection:
        connection.execute(sa.text("delete from registry.fx_monthly"))
        connection.execute(sa.text("delete from registry.cpi_annual"))
    assert seeds.ensure_seeds(built) is True
    assert loaded() == shipped


def test_unit_tests_hold(built: Settings) -> None:
    assert dbt.run_unit_tests(built).counts == {"unit_test": UNIT_TESTS}


def test_a_seed_takes_the_columns_of_its_file(built: Settings) -> None:
    """A warehouse that an older version filled, whose file had a column less."""
    engine = database.engine(built, "transformer")
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table reference.standards drop column available_until")
        connection.exec_driver_sql("comment on schema reference is null")
    assert seeds.ensure_seeds(built) is True
    columns = {column["name"] for column in sa.inspect(engine).get_columns("standards", "reference")}
    engine.dispose()
    assert "available_until" in columns


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
    assert docs.generate_if_changed(built)
    page = docs.page_of(built)
    assert "claims_ledger" in page.read_text(encoding="utf-8")
