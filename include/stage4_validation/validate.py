"""The validation of one night, in the order in which causes hide consequences."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from include.platform.turns import turn
from include.stage4_validation import progress
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
    with turn(engine), engine.begin() as connection:
        return _prepare(connection)


def judge(engine: sa.Engine, reports: Path) -> int:
    """Judge submissions as wholes, then every data row of those that pass; returns how many rules were broken.

    Gathers findings in ``work`` only: nothing outside changes until ``conclude``. Raises WorkLost where the database
    restarted meanwhile and emptied the tables it judged.
    """
    with turn(engine):
        return _judge(engine, reports)


def conclude(engine: sa.Engine, reports: Path) -> None:
    """Publish the night's findings and settle what follows from them and from today's waivers.

    Findings, statuses and current versions change in one transaction. What a crash of the server or another night has
    taken away since it was judged is judged again first.
    """
    with turn(engine):
        with engine.begin() as connection:
            is_judged = progress.is_at(connection, progress.JUDGED)
            submissions = 0 if is_judged else _prepare(connection)
        if submissions:
            _judge(engine, reports)
        with engine.begin() as connection:
            if submissions:
                progress.expect(connection, progress.JUDGED)
            publish_findings(connection)
            apply_waivers(connection)
            settle(connection)
            decide_versions(connection)


def _prepare(connection: sa.Connection) -> int:
    judged = open_scope(connection)
    open_settling(connection)
    open_findings(connection)
    make_cover_table(connection)
    progress.begin(connection)
    return judged


def _judge(engine: sa.Engine, reports: Path) -> int:
    # Great Expectations takes seconds to import, and a night without work does without it
    from expectations import suites
    from include.stage4_validation.judge import Judge

    with engine.begin() as connection:
        if not progress.is_at(connection, progress.PREPARED, progress.JUDGED):
            _prepare(connection)
    judge = Judge(engine, reports)
    broken_by_submissions = judge.run(suites.submission_suites())
    with engine.begin() as connection:
        progress.expect(connection, progress.PREPARED, progress.JUDGED)
        open_findings(connection)
        write_file_findings(connection)
        write_broken_rules(connection, broken_by_submissions)
        waive_tonight(connection)
        make_row_tables(connection)
    broken_by_rows = judge.run(suites.row_suites())
    with engine.begin() as connection:
        write_cell_findings(connection)
        write_broken_rules(connection, broken_by_rows)
        progress.advance(connection)
    return len(broken_by_submissions) + len(broken_by_rows)
