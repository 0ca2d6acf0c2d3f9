"""A registry that forgets: what the last night's had, deliveries rest on, and tonight's has no more.

Every row may be right and the registry broken all the same: half of the projects sorted away, a code typed anew, a file
saved with its header alone. Deliveries of what is gone would be returned, and the figures with them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from include.platform.acceptances import REGISTRY, VARIABLES
from include.platform.tables import projects, reporting_calendar, submission
from include.stage1_registry.checks import TypedRows
from include.stage1_registry.files import FILES, Fault

#: Files without which there is no programme.
_NEVER_EMPTY = ("institutions.csv", "projects.csv", "project_institutions.csv", "reporting_calendar.csv")
#: Files that a new programme has nothing to write in yet; once they had rows, all of them do not go at once. Waivers
#: and withdrawals do: each ends by itself.
_NEVER_EMPTIED = ("targets.csv", "claims.csv")

#: Files whose rows deliveries rest on: what a row is, its key, the column of a delivery that names it, and the rule of
#: deliveries that name none.
_RESTING = {
    "projects.csv": ("project", projects.c.project_code, submission.c.project_code, "F04"),
    "reporting_calendar.csv": ("period", reporting_calendar.c.period, submission.c.period, "F05"),
}

ACCEPT = f"run the night with {VARIABLES[REGISTRY]}=yes if that is meant"


def forgotten(connection: sa.Connection, typed: TypedRows) -> list[Fault]:
    """What ``typed`` no longer has, beside the registry that the last night loaded; one fault for each thing."""
    empty = [Fault(name, None, f"the file has no row; put its rows back, or {ACCEPT}") for name in _without(typed)]
    known: set[str] = set(connection.scalars(sa.select(projects.c.project_code)))
    coming = {row["project_code"] for row in typed["projects.csv"]}
    if known and coming and not known & coming:
        said = f"it has no project in common with the last night's ({len(known)} projects, now {len(coming)} others)"
        return [*empty, Fault("projects.csv", None, f"{said}; set REGISTRY to that of this programme, or {ACCEPT}")]
    empty += (
        Fault(name, None, f"the file has no row any more, and had {before}; put them back, or {ACCEPT}")
        for name, before in _emptied(connection, typed)
    )
    gone = [fault for name in _RESTING if typed[name] for fault in _gone(connection, typed, name)]
    return empty + gone


def _without(typed: TypedRows) -> Iterator[str]:
    return (name for name in _NEVER_EMPTY if not typed[name])


def _emptied(connection: sa.Connection, typed: TypedRows) -> Iterator[tuple[str, int]]:
    for name in _NEVER_EMPTIED:
        before = connection.scalar(sa.select(sa.func.count()).select_from(FILES[name]))
        if before and not typed[name]:
            yield name, before


def _gone(connection: sa.Connection, typed: TypedRows, name: str) -> Iterator[Fault]:
    kind, key, named, rule = _RESTING[name]
    here = {row[key.name] for row in typed[name]}
    is_accepted = submission.c.status.in_(["accepted", "accepted_with_findings"])
    resting = sa.select(key, sa.func.count()).join_from(key.table, submission, key == named).where(is_accepted)
    for code, count in connection.execute(resting.group_by(key).order_by(key)).tuples():
        if code not in here:
            rest = f"{count} accepted {'delivery' if count == 1 else 'deliveries'} would be returned ({rule})"
            yield Fault(name, None, f"{kind} {code} is not in it any more, and {rest}; put its row back, or {ACCEPT}")
