"""A registry that forgets: what the last night's had, deliveries rest on, and tonight's has no more.

Every row may be right and the registry broken all the same: half of the projects sorted away, a code typed anew, a file
saved with its header alone. Deliveries of what is gone would be returned, and the figures with them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from include.platform.acceptances import REGISTRY, VARIABLES
from include.stage1_registry.checks import TypedRows
from include.stage1_registry.files import FILES, Fault

#: Files without which there is no programme.
_NEVER_EMPTY = ("institutions.csv", "projects.csv", "project_institutions.csv", "reporting_calendar.csv")
#: Files that a new programme has nothing to write in yet; once they had rows, all of them do not go at once. Waivers
#: and withdrawals do: each ends by itself.
_NEVER_EMPTIED = ("targets.csv", "claims.csv")

_ACCEPTED = "s.status in ('accepted', 'accepted_with_findings')"

#: Of projects and periods the registry knew last night: how many accepted deliveries they have.
_RESTING = {
    "projects.csv": f"""
        select p.project_code, count(*) from registry.projects as p
        inner join ops.submission as s on s.project_code = p.project_code
        where {_ACCEPTED} group by p.project_code order by p.project_code
    """,
    "reporting_calendar.csv": f"""
        select c.period, count(*) from registry.reporting_calendar as c
        inner join ops.submission as s on s.period = c.period
        where {_ACCEPTED} group by c.period order by c.period
    """,
}
_KEYS = {"projects.csv": ("project", "project_code", "F04"), "reporting_calendar.csv": ("period", "period", "F05")}

ACCEPT = f"run the night with {VARIABLES[REGISTRY]}=yes if that is meant"


def forgotten(connection: sa.Connection, typed: TypedRows) -> list[Fault]:
    """What ``typed`` no longer has, beside the registry that the last night loaded; one fault for each thing."""
    empty = [Fault(name, None, f"the file has no row; put its rows back, or {ACCEPT}") for name in _without(typed)]
    known = set(connection.scalars(sa.text("select project_code from registry.projects")))
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
    kind, key, rule = _KEYS[name]
    here = {row[key] for row in typed[name]}
    for code, count in connection.execute(sa.text(_RESTING[name])).tuples():
        if code not in here:
            rest = f"{count} accepted {'delivery' if count == 1 else 'deliveries'} would be returned ({rule})"
            yield Fault(name, None, f"{kind} {code} is not in it any more, and {rest}; put its row back, or {ACCEPT}")
