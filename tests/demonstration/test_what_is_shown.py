"""The demonstration shows what the marts can: no column is empty or always the same but for a reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.demonstration import SIZES, tax_ids, write_registry
from include.demonstration.confirmed import confirmed
from include.demonstration.deliveries import soiled
from include.demonstration.projects import of
from include.demonstration.statement import POSITION
from include.platform import database
from include.platform.settings import Settings

FULL = SIZES["full"]

#: Why a column of the marts is empty, or holds one value alone, after the demonstration's night.
ONE_NIGHT = "the past begins with the first night: nothing has ended, and each change is a figure's first publication"
NO_RELEASE = "two people sign a release in Airflow"
ONE_PUBLICATION = "the claims are of one publication, and the programme bears them out"
BY_DEFINITION = "true of every row, as its description says"
ONE_DUE = "targets were set on one day for the last semester"
SMALL = "the full programme has more"
REASONS = {
    "counted_row.from_as_of": ONE_NIGHT,
    "counted_row.from_night": ONE_NIGHT,
    "counted_row_ended": ONE_NIGHT,
    "counted_row_history": ONE_NIGHT,
    "figure_change": ONE_NIGHT,
    "kpi_headline_history": ONE_NIGHT,
    "release": NO_RELEASE,
    "release_figure": NO_RELEASE,
    "restatement": NO_RELEASE,
    "result_on_waivers": SMALL,
    "claims_ledger.as_of_period": ONE_PUBLICATION,
    "claims_ledger.verdict": ONE_PUBLICATION,
    "claims_ledger.published_in": ONE_PUBLICATION,
    "claims_ledger.published_on": ONE_PUBLICATION,
    "dim_kpi.is_stock": BY_DEFINITION,
    "dim_standard.available_until": "one standard alone has ended",
    "fct_result.is_valid": "results are of valid rows alone",
    "fct_result_in_scope.is_valid": "results are of valid rows alone",
    "fct_submission.duplicate_of": SMALL,
    "fct_submission.received_on": "the night takes every delivery on one day",
    **{f"indicator_progress.{column}": ONE_DUE for column in ("due_period", "first_set_on", "actual_period", "is_due")},
    "indicator_target.due_period": ONE_DUE,
    "target_progress.due_period": ONE_DUE,
    "kpi_practices.unit": "of enterprises alone",
    "kpi_sustainability_standards.unit": "of enterprises alone",
    "kpi_training.kpi": "of one indicator",
    "kpi_training.unit": "of enterprises alone",
    **{
        f"kpi_sustainability_standards.{measure}": SMALL
        for measure in ("valid", "unique_value", "unique_in_country", "unique_in_pillar", "unique_in_value_chain")
    },
    "resource_saving.counts_in_programme": SMALL,
    "standard_in_force.is_lapsing": "no certificate of it lapses within a year of a semester's end",
    "standard_in_force.is_renewed": "no certificate of it is renewed before it lapses",
    "submission_status.is_expected": "every project is under way in all semesters",
}


@pytest.fixture
def reader(programme: Settings) -> Iterator[sa.Connection]:
    engine = database.engine(programme, "bi_reader")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_what_is_empty_or_always_the_same_is_so_for_a_reason(reader: sa.Connection) -> None:
    tables: dict[str, list[str]] = {}
    query = "select table_name, column_name from information_schema.columns where table_schema = 'marts' order by 1, 2"
    for table, column in reader.execute(sa.text(query)).tuples():
        tables.setdefault(table, []).append(column)
    assert len(tables) > 60
    plain = set()
    for table, columns in tables.items():
        asked = ", ".join(f'count(distinct "{column}"::text)' for column in columns)
        rows, *different = reader.execute(sa.text(f"select count(*), {asked} from marts.{table}")).one()
        if rows != 1:  # a table of one row has one value of everything
            plain |= {f"{table}.{column}" for column, values in zip(columns, different, strict=True) if values < 2}
    explained = {of for one in plain for of in (one, one.partition(".")[0]) if of in REASONS}
    assert sorted(one for one in plain if one not in REASONS and one.partition(".")[0] not in REASONS) == []
    assert sorted(REASONS.keys() - explained) == [], "these vary now"


def test_figures_of_peru_rest_on_waivers_in_part(reader: sa.Connection) -> None:
    resting = reader.execute(
        sa.text("""
            select kpi, on_waivers, unique_value from marts.figure_on_waivers
            where scope_key = 'country:PE' and period = '2025-S2' and on_waivers > 0
        """)
    ).all()
    assert {"green_jobs", "green_jobs_created", "msmes_standards"} <= {row.kpi for row in resting}
    assert all(row.on_waivers < row.unique_value for row in resting)


def test_reports_are_in_time_and_late(reader: sa.Connection) -> None:
    said = set(reader.scalars(sa.text("select distinct timeliness from marts.submission_status")))
    assert {"on_time", "late", "missing"} <= said


@pytest.mark.parametrize("size", ["full", "small"])
def test_what_the_office_confirmed_is_refused_by_its_check_and_waived(size: str, tmp_path: Path) -> None:
    parameters = SIZES[size]
    write_registry(tmp_path, size)
    with (tmp_path / "waivers.csv").open(encoding="utf-8", newline="") as file:
        waived = {
            (row["rule"], row["project_code"], row["period"], row["enterprise_ref"]) for row in csv.DictReader(file)
        }
    column, last = POSITION["enterprises"]["tax_id"], len(parameters.periods) - 1
    by_code = {project.code: project for project in of(parameters)}
    seen = 0
    for code, refs in confirmed(parameters).items():
        assert {("E03", code, parameters.periods[last], ref) for ref in refs} <= waived
        for row in soiled(parameters, by_code[code], last, "report")["enterprises"]:
            if row.enterprise is not None and row.enterprise.ref in refs and row.counts:
                assert not tax_ids.is_valid(row.enterprise.country, row.values[column] or "")
                seen += 1
    assert seen > (40 if size == "full" else 2)
    assert any(code.startswith("PE") and refs for code, refs in confirmed(parameters).items())
