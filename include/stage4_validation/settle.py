"""What findings, waivers and withdrawals mean for a submission: consequences, F08, status.

``add_consequences`` and ``verdicts`` judge any table of findings, so that what a rule does can be told by settling with
it and without it.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.contract import load_contract
from include.platform.statements import beside

#: Share and number of a sheet's data rows with an error from which the sheet returns the submission (F08).
RETURNED_ERROR_SHARE = 0.30
RETURNED_ERROR_ROWS = 10

#: SQL: whether entry ``w`` of the waiver register covers finding ``f`` of submission ``s``, and whether any does.
_COVERS = """
w.rule = f.rule
and (w.project_code is null or w.project_code = s.project_code)
and (w.period is null or w.period = s.period)
and (w.enterprise_ref is null or w.enterprise_ref = f.enterprise_ref)
and s.received_on <= w.expires_on
"""
IS_WAIVED = f"exists (select 1 from registry.waivers as w where {_COVERS})"

_SQL = beside(__file__)


def parameters() -> dict[str, object]:
    """What the statements on findings are given: the contract's lists of rules, and the limits of F08."""
    limits = {"returned_rows": RETURNED_ERROR_ROWS, "returned_share": RETURNED_ERROR_SHARE}
    return {**load_contract().rule_lists, **limits}


def waive_tonight(connection: sa.Connection) -> None:
    """Mark the waived ones among ``work.finding``: a waived file rule lets rows be judged."""
    connection.execute(_SQL("waive_tonight", is_waived=IS_WAIVED))


def apply_waivers(connection: sa.Connection) -> None:
    """Mark findings by today's waiver register, of all submissions ever.

    Only findings of a waived rule, and those marked before, are looked at. A submission with a changed mark joins
    ``work.settling``; marks of rules in shadow settle nothing.
    """
    for table, is_in_force in (("ops.finding", "true"), ("ops.shadow_finding", "false")):
        connection.execute(_SQL("apply_waivers", finding=table, is_in_force=is_in_force, is_waived=IS_WAIVED))


def name_waivers(connection: sa.Connection) -> None:
    """Say of every waived finding who waived it, why and until when. Expects all findings of the night in place."""
    for table in ("ops.finding", "ops.shadow_finding"):
        connection.execute(_SQL("name_waivers", finding=table, covers=_COVERS))


def apply_withdrawals(connection: sa.Connection) -> None:
    """Have every submission settled that the office withdraws since, no more, or for another reason."""
    connection.execute(_SQL("apply_withdrawals"))


def open_settling(connection: sa.Connection) -> None:
    """Make ``work.settling``, the submissions whose status has to be worked out; at first those just judged."""
    for statement in (
        "drop table if exists work.settling",
        "create unlogged table work.settling (submission_id text primary key)",
        "insert into work.settling select submission_id from work.submission",
    ):
        connection.execute(sa.text(statement))


def settle(connection: sa.Connection) -> None:
    """Work out consequences and status of every submission in ``work.settling``.

    Expects the findings on rows in place and waivers applied. Consequences are made anew, because a waiver lifts
    them; they can be waived themselves.
    """
    connection.execute(_SQL("forget_derived"), parameters())
    connection.execute(sa.text("analyze ops.finding"))
    # taken for thousands otherwise, for which the planner reads every row of every delivery
    connection.execute(sa.text("analyze work.settling"))
    add_consequences(connection, "ops.finding", "work.settling")
    connection.execute(_SQL("settle", verdicts=verdicts("ops.finding", "work.settling")), parameters())


def add_consequences(connection: sa.Connection, finding: str, asked: str) -> None:
    """Add to the table ``finding`` what its errors mean for the submissions of table ``asked``, waivers applied.

    Data rows of detail sheets below a faulty enterprise (R03), then sheets with too many errors (F08).
    """
    faulty = _SQL.text("faulty_enterprises", finding=finding, asked=asked)
    (below,), (too_many,) = (
        [rule for rule in load_contract().rules.values() if rule.found_by == by] for by in ("consequence", "submission")
    )
    said = {"rule": below.key, "severity": below.severity, "finding": finding, "faulty_enterprises": faulty}
    found = [
        _SQL.text("consequences", sheet=sheet.key, **said)
        for sheet in load_contract().row_sheets
        if sheet.kind == "detail"
    ]
    limits = {"rule": too_many.key, "severity": too_many.severity, "finding": finding, "asked": asked}
    for one in (*found, _SQL.text("too_many_errors", **limits)):
        connection.execute(_SQL("add", finding=finding, found=one, is_waived=IS_WAIVED), parameters())


def verdicts(finding: str, asked: str) -> str:
    """SQL: ``submission_id``, ``is_returned``, ``has_findings`` of those in ``asked``; takes ``parameters``."""
    return _SQL.text("verdicts", finding=finding, asked=asked)


def faulty_enterprises(connection: sa.Connection, submission_ids: list[str]) -> list[tuple[str, str, str, str | None]]:
    """Submission, enterprise, rule and column of each error that takes out what hangs below an enterprise."""
    asked = "(select unnest(cast(:ids as text[])) as submission_id)"
    query = _SQL("faulty_enterprises", finding="ops.finding", asked=asked)
    return list(connection.execute(query, {**parameters(), "ids": submission_ids}).tuples())
