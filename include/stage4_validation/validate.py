"""The validation of one night, in the order in which causes hide consequences."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from include.contract import Sheet, load_contract
from include.platform import nights
from include.platform.step_lock import step_lock
from include.stage4_validation import progress
from include.stage4_validation.broken import BrokenRule
from include.stage4_validation.findings import (
    open_findings,
    publish_findings,
    write_broken_rules,
    write_cell_findings,
    write_file_findings,
)
from include.stage4_validation.reversals import check_reversals, current_versions
from include.stage4_validation.scope import open_scope
from include.stage4_validation.settle import (
    apply_waivers,
    apply_withdrawals,
    name_waivers,
    open_settling,
    settle,
    waive_tonight,
)
from include.stage4_validation.statements import compare_statements
from include.stage4_validation.versions import decide_versions
from include.stage4_validation.withdrawals import note_withdrawals_without_effect
from include.stage4_validation.work_tables import make_cover_table, make_judged_sheets, make_row_table

if TYPE_CHECKING:
    from include.stage4_validation.judge import Judge


def prepare(engine: sa.Engine) -> int:
    """Find the submissions to judge tonight and what each amounts to; returns how many there are."""
    with step_lock(engine), engine.begin() as connection:
        return _prepare(connection)


def judge(engine: sa.Engine, reports: Path) -> int:
    """Judge submissions as wholes, then every data row of those that pass; returns how many rules were broken.

    Gathers findings in ``work`` only: nothing outside changes until ``conclude``. Raises WorkLost where the database
    restarted meanwhile and emptied the tables it judged.
    """
    with step_lock(engine):
        return _judge(engine, reports)


def conclude(engine: sa.Engine, reports: Path, night_id: str | None = None) -> None:
    """Publish the night's findings and settle what follows from them and from today's waivers and withdrawals.

    Findings, statuses and current versions change in one transaction. What a crash of the server or another night has
    taken away since it was judged is judged again first. The night is the one begun last unless it is given. Raises
    TooManyReversals, and settles nothing, where much of what was accepted would be returned.
    """
    with step_lock(engine):
        with engine.begin() as connection:
            is_judged = progress.is_at(connection, progress.JUDGED)
            submissions = 0 if is_judged else _prepare(connection)
        if submissions:
            _judge(engine, reports)
        with engine.begin() as connection:
            if submissions:
                progress.expect(connection, progress.JUDGED)
            night_id = night_id or nights.last_night(connection)
            current = current_versions(connection)
            publish_findings(connection)
            apply_waivers(connection)
            apply_withdrawals(connection)
            settle(connection)
            check_reversals(connection, night_id, current)
            decide_versions(connection, night_id)
            compare_statements(connection)
            name_waivers(connection)
            if night_id:
                note_withdrawals_without_effect(connection, night_id)


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
        make_judged_sheets(connection)
    broken_by_rows = _judge_rows(engine, judge)
    with engine.begin() as connection:
        progress.advance(connection)
    return len(broken_by_submissions) + len(broken_by_rows)


def _judge_rows(engine: sa.Engine, judge: Judge) -> list[BrokenRule]:
    """Judge every sheet of rows: while one is counted, others are made ready and what was found is written.

    No sheet waits for another; the database works with as many connections as there are processors.
    """
    from expectations import suites

    by_sheet = suites.row_suites()
    broken: list[BrokenRule] = []
    with ThreadPoolExecutor(min(len(by_sheet), os.cpu_count() or 1)) as pool:
        made = {pool.submit(_make, engine, sheet): sheet for sheet in load_contract().row_sheets}
        written = []
        for ready in as_completed(made):
            ready.result()
            sheet = made[ready]
            found = judge.run({sheet.key: by_sheet[sheet.key]})
            written.append(pool.submit(_write, engine, sheet, found))
            broken += found
        for done in written:
            done.result()
    return broken


def _make(engine: sa.Engine, sheet: Sheet) -> None:
    with engine.begin() as connection:
        progress.expect(connection, progress.PREPARED, progress.JUDGED)
        make_row_table(connection, sheet)


def _write(engine: sa.Engine, sheet: Sheet, found: Iterable[BrokenRule]) -> None:
    with engine.begin() as connection:
        write_cell_findings(connection, sheet)
        write_broken_rules(connection, found)
