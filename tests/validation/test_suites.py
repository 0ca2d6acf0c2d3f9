"""The suites against the rule catalogue, and what happens to a rule that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from expectations import suites
from expectations.rule_expectation import rule
from include.contract import load_contract
from include.stage4_validation.broken import BrokenRule
from include.stage4_validation.findings import FindingsDiffer, open_findings, write_broken_rules
from include.stage4_validation.judge import ExpectationCrashed, Judge

ALL = {**suites.submission_suites(), **suites.row_suites(), **suites.reconciliation_suites()}


@pytest.fixture
def jobs(loader: sa.Engine) -> Iterator[sa.Engine]:
    """``work.jobs`` with three rows, the last of which has nobody in it."""
    with loader.begin() as connection:
        connection.execute(sa.text("drop table if exists work.jobs cascade"))
        connection.execute(
            sa.text("""
            create table work.jobs as
            select 'PE-01-0001' as submission_id, n as row_number, 'E' || n as enterprise_ref,
                nullif(n, 3) as people, '{}'::jsonb as received
            from generate_series(1, 3) as n
            """)
        )
        open_findings(connection)
    yield loader
    with loader.begin() as connection:
        connection.execute(sa.text("drop table work.jobs"))


def test_every_rule_judged_by_an_expectation_has_one() -> None:
    judged = {expectation.meta["rule"] for suite in ALL.values() for expectation in suite}
    catalogue = load_contract().rules.values()
    assert judged == {r.key for r in catalogue if r.found_by in ("expectation", "reconciliation")}


def test_expectations_carry_severity_and_column_of_the_catalogue() -> None:
    contract = load_contract()
    for table, suite in ALL.items():
        columns = contract.sheets["cover" if table == "declared_totals" else table].by_key
        for expectation in suite:
            entry = contract.rules[expectation.meta["rule"]]
            assert expectation.meta["severity"] == entry.severity
            column = expectation.meta["column"]
            assert (column in columns) if column else not entry.column
            if entry.column in columns:
                assert column == entry.column


def test_no_expectation_stands_twice() -> None:
    for suite in ALL.values():
        places = [(e.meta["rule"], e.meta["column"]) for e in suite]
        assert len(places) == len(set(places))


def test_failing_rows_are_counted_and_none_is_kept_in_the_results(jobs: sa.Engine, tmp_path: Path) -> None:
    broken = Judge(jobs, tmp_path).run({"jobs": [rule("J02", "people", "people > 1"), rule("R05", None, "people < 0")]})
    assert broken == [BrokenRule("jobs", "J02", "people", "people > 1", 1)]
    kept = " ".join(file.read_text() for file in (tmp_path / "uncommitted" / "validations").rglob("*.json"))
    assert '"unexpected_count": 1' in kept
    assert "E2" not in kept


def test_a_rule_that_cannot_be_judged_is_no_kept_rule(jobs: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(ExpectationCrashed, match="J02") as told:
        Judge(jobs, tmp_path).run({"jobs": [rule("R05", None, "people < 0"), rule("J02", "people", "nonsense > 1")]})
    assert 'column "nonsense" does not exist' in str(told.value)
    assert len(str(told.value)) < 500 and "Traceback" not in str(told.value)


def test_more_than_twenty_failing_rows_are_all_written(jobs: sa.Engine, tmp_path: Path) -> None:
    with jobs.begin() as connection:
        connection.execute(
            sa.text("insert into work.jobs select 'PE-01-0001', n, 'E', n, '{}' from generate_series(4, 500) as n")
        )
    broken = Judge(jobs, tmp_path).run({"jobs": [rule("J02", "people", "people > 1")]})
    with jobs.begin() as connection:
        write_broken_rules(connection, broken)
        assert connection.execute(sa.text("select count(*), count(distinct row_number) from work.finding")).one() == (
            498,
            498,
        )


def test_findings_that_differ_from_what_was_counted_are_an_error(jobs: sa.Engine) -> None:
    with pytest.raises(FindingsDiffer), jobs.begin() as connection:
        write_broken_rules(connection, [BrokenRule("jobs", "J02", "people", "people > 1", 2)])


def test_a_row_has_a_finding_for_every_rule_it_breaks_and_none_where_a_condition_is_unknown(jobs: sa.Engine) -> None:
    broken = [
        BrokenRule("jobs", "J02", "people", "people > 1", 1),
        BrokenRule("jobs", "R05", None, "row_number = 2", 1),
        BrokenRule("jobs", "J03", "people", "people >= 1", 2),
    ]
    with jobs.begin() as connection:
        write_broken_rules(connection, broken)
        found = connection.execute(sa.text("select row_number, rule, column_name, value from work.finding")).all()
    assert sorted(tuple(row) for row in found) == [
        (1, "J03", "people", "1"),
        (2, "J02", "people", "2"),
        (2, "J03", "people", "2"),
        (2, "R05", None, None),
    ]
