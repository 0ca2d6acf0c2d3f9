"""The validation of one night, in the order in which causes hide consequences."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from include.stage4_validation.findings import (
    open_findings,
    publish_findings,
    write_broken_rules,
    write_cell_findings,
    write_file_findings,
)
from include.stage4_validation.scope import open_scope
from include.stage4_validation.settle import apply_waivers, open_settling, settle, waive_tonight
from include.stage4_validation.versions import decide_versions
from include.stage4_validation.work_tables import make_cover_table, make_row_tables


def prepare(engine: sa.Engine) -> int:
    """Find the submissions to judge tonight and what each amounts to; returns how many there are."""
    with engine.begin() as connection:
        judged = open_scope(connection)
        open_settling(connection)
        open_findings(connection)
        make_cover_table(connection)
    return judged


def judge(engine: sa.Engine, reports: Path) -> int:
    """Judge submissions as wholes, then every data row of those that pass; returns how many rules were broken.

    Gathers findings in ``work`` only: nothing outside changes until ``conclude``.
    """
    # Great Expectations takes seconds to import, and a night without work does without it
    from expectations import suites
    from include.stage4_validation.judge import Judge

    judge = Judge(engine, reports)
    broken_by_submissions = judge.run(suites.submission_suites())
    with engine.begin() as connection:
        open_findings(connection)
        write_file_findings(connection)
        write_broken_rules(connection, broken_by_submissions)
        waive_tonight(connection)
        make_row_tables(connection)
    broken_by_rows = judge.run(suites.row_suites())
    with engine.begin() as connection:
        write_cell_findings(connection)
        write_broken_rules(connection, broken_by_rows)
    return len(broken_by_submissions) + len(broken_by_rows)


def conclude(engine: sa.Engine) -> None:
    """Publish the night's findings and settle what follows from them and from today's waivers.

    Findings, statuses and current versions change in one transaction.
    """
    with engine.begin() as connection:
        publish_findings(connection)
        apply_waivers(connection)
        settle(connection)
        decide_versions(connection)
