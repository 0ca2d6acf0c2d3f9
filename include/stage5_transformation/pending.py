"""What the candidates were built from, and what of them is still to be built or published (docs/incremental.md).

Two unlogged tables in ``intermediate``; those that dbt keeps there and the candidates are unlogged, too: a crash of the
server empties all of them together, and the next switch or build has everything built anew.

- ``built_from`` (kind, code, fingerprint): inputs of the last build that succeeded, by delivery; and the marts that
  keep rows from build to build.
- ``pending`` (kind, code): deliveries, projects, enterprises and periods to rebuild. It only grows until publication
  has carried them, so that neither a failed build nor an interrupted publication forgets what it had begun.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from include.platform.statements import beside

#: Kinds of ``pending``; the macros in ``dbt_project/macros/rebuilt.sql`` read them by these names.
EVERYTHING = "everything"
CHANGED_SUBMISSION = "changed submission"
CHANGED_PROJECT = "changed project"
AFFECTED_PROJECT = "affected project"
ENTERPRISE = "enterprise"
IS_OF_ENTERPRISES = f" in (select code from intermediate.pending where kind = '{ENTERPRISE}')"
#: All projects are rebuilt: more than this share of them has changed, and nobody is looked for among their enterprises.
EVERY_PROJECT = "every project"
EVERY_PROJECT_FROM_SHARE = 0.5
#: A period that figures are of: of the first one that a changed delivery reports on, and of those after it.
PERIOD = "period"
#: A build that has begun: gone when it ends, and the server crashed while it was at work.
BUILD = "build"

_SQL = beside(__file__)


class Delivery(NamedTuple):
    """A delivery that was or is among a build's inputs."""

    project_code: str
    submission_id: str
    #: "" where it could not be read which period it is of
    period: str


def prepare(connection: sa.Connection) -> None:
    """Make the two tables where they are not there."""
    connection.execute(_SQL("prepare"))


def add_everything(connection: sa.Connection) -> None:
    """Everything is to be rebuilt, and nothing is known of what the candidates were built from."""
    prepare(connection)
    connection.execute(_SQL("add_everything"))


def add_deliveries(connection: sa.Connection, deliveries: Iterable[Delivery]) -> None:
    """Deliveries that changed, came or went; with their projects, the enterprises these report or reported, and whoever
    else reports those; and the periods from the first one that any of them reports on.

    One step from projects to projects is enough: an enterprise that none of the changed ones reports is described and
    counted as before, although who reports it may report another one that is rebuilt. And no figure as of a period
    follows from a delivery of a later one.
    """
    changed = list(deliveries)
    _add(connection, CHANGED_SUBMISSION, {delivery.submission_id for delivery in changed})
    _add(connection, CHANGED_PROJECT, {delivery.project_code for delivery in changed})
    connection.execute(_SQL("add_every_project"), {"share": EVERY_PROJECT_FROM_SHARE})
    if not is_every_project(connection):
        connection.execute(_SQL("add_enterprises"))
        connection.execute(_SQL("add_affected_projects"))
    if periods := [delivery.period for delivery in changed if delivery.period]:
        connection.execute(_SQL("add_periods"), {"first": min(periods)})


def is_every_project(connection: sa.Connection) -> bool:
    """Whether the rows of all projects are rebuilt."""
    return bool(codes(connection, EVERY_PROJECT))


def _add(connection: sa.Connection, kind: str, codes: Iterable[str]) -> None:
    connection.execute(_SQL("add"), {"kind": kind, "codes": list(codes)})


def share_of_reports(connection: sa.Connection) -> tuple[int, int]:
    """Current reports of affected projects on periods to rebuild, and how many there are of all."""
    pending_reports, all_reports = connection.execute(_SQL("share_of_reports")).tuples().one()
    return pending_reports, all_reports


def begin_build(connection: sa.Connection, build_id: str) -> None:
    """Leave a mark that a crash of the server takes away, as it does with the tables of ``intermediate``."""
    connection.execute(
        sa.text("insert into intermediate.pending values (:kind, :code)"), {"kind": BUILD, "code": build_id}
    )


def is_empty(connection: sa.Connection) -> bool:
    """Whether whatever was built is published."""
    return not connection.scalar(sa.text("select exists (select from intermediate.pending)"))


def codes(connection: sa.Connection, kind: str) -> set[str]:
    """Codes of one kind of ``pending``."""
    query = sa.text("select code from intermediate.pending where kind = :kind")
    return set(connection.scalars(query, {"kind": kind}))


def kept(connection: sa.Connection, kind: str) -> dict[str, str]:
    """Code -> fingerprint of one kind of ``built_from``; empty where nothing is known, as after a crash."""
    if connection.scalar(sa.text("select to_regclass('intermediate.built_from')")) is None:
        return {}
    query = sa.text("select code, fingerprint from intermediate.built_from where kind = :kind")
    return {str(code): str(fingerprint) for code, fingerprint in connection.execute(query, {"kind": kind}).tuples()}


def keep(connection: sa.Connection, kind: str, fingerprints: Mapping[str, str]) -> None:
    """Replace one kind of ``built_from``."""
    connection.execute(sa.text("delete from intermediate.built_from where kind = :kind"), {"kind": kind})
    values = {"kind": kind, "codes": list(fingerprints), "fingerprints": list(fingerprints.values())}
    connection.execute(_SQL("keep"), values)


def candidates_stand(connection: sa.Connection) -> bool:
    """Whether the candidates hold what was built: a crash of the server empties them, and this knowledge with them."""
    return bool(kept(connection, "everything"))


def incremental_marts(connection: sa.Connection) -> dict[str, str]:
    """Marts that differ from the published ones in pending rows alone, each with its column of the period that its rows
    are as of, or ""; none where a full comparison is needed."""
    marts = kept(connection, "mart")
    return {} if not marts or codes(connection, EVERYTHING) else marts


def published(connection: sa.Connection) -> None:
    """Nothing is pending any more; call it in the transaction that publishes."""
    if connection.scalar(sa.text("select to_regclass('intermediate.pending')")) is not None:
        connection.execute(sa.text("delete from intermediate.pending"))


def conditions_by_kind(connection: sa.Connection) -> dict[str, str]:
    """What a column is held against that has codes of a kind: deliveries and projects that changed, periods, projects
    and enterprises that are affected, the deliveries of changed and of affected projects. "" where all are rebuilt.

    Codes are written out: a list of constants is pushed into every branch of a query, and the planner knows what it
    selects. Of enterprises there may be a hundred thousand.
    """
    is_there = connection.scalar(sa.text("select to_regclass('intermediate.pending') is not null"))
    kinds = (CHANGED_SUBMISSION, PERIOD, CHANGED_PROJECT, AFFECTED_PROJECT)
    known = {kind: sorted(codes(connection, kind)) if is_there else [] for kind in kinds}
    deliveries = sa.text("select submission_id from ops.submission where project_code = any(:projects)")
    for kind in (CHANGED_PROJECT, AFFECTED_PROJECT):
        known[f"submission of {kind}"] = sorted(connection.scalars(deliveries, {"projects": known[kind]}))
    conditions = {kind: _is_one_of(listed) for kind, listed in known.items()}
    conditions[ENTERPRISE] = IS_OF_ENTERPRISES
    if is_there and is_every_project(connection):
        conditions |= dict.fromkeys(conditions.keys() - {CHANGED_SUBMISSION, PERIOD}, "")
    return conditions


def _is_one_of(listed: Iterable[str]) -> str:
    constants = ", ".join("'" + code.replace("'", "''") + "'" for code in listed)
    return f" in ({constants or 'null'})"


def told(connection: sa.Connection) -> str:
    """What a build in part asks for at each reference, as JSON: conditions by kind, columns."""
    columns = {str(relation): list(names) for relation, names in connection.execute(_SQL("columns")).tuples()}
    return json.dumps({**conditions_by_kind(connection), "columns": columns})
