"""Carry the candidates' changed rows into the published schemas, all marts in one transaction.

Tables stay the same objects from night to night: what somebody built on a mart, and who may read it, is left alone,
and readers see yesterday's figures until the transaction commits. Marts that dbt builds by project are compared in the
rows that are pending, all others in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from include.platform import content, nights
from include.platform.causes import WorkLost
from include.platform.row_security import protect_marts
from include.platform.statements import beside
from include.platform.step_lock import step_lock
from include.stage5_transformation import pending
from include.stage6_publication import figure_changes, history, statistics
from include.stage6_publication.descriptions import describe_record
from include.stage6_publication.keys import publish_keys, withdraw_keys
from include.stage6_publication.relations import (
    TABLE,
    allow_empty,
    columns_of,
    describe,
    forbid_empty,
    index,
    primary_keys,
    reading_orders,
)
from include.stage6_publication.views import publish_views, withdraw_views

_SQL = beside(__file__)

#: Tables of ``marts`` that are no candidate's, and stay.
KEPT = {*history.TABLES, figure_changes.TABLE}

#: Schema dbt builds and tests in -> schema others read.
PUBLISHED = {"candidate_marts": "marts", "candidate_restricted": "restricted"}


class CandidatesLost(WorkLost):
    """The server crashed since the candidates were built, and emptied them: they have to be built again."""


@dataclass(frozen=True)
class Changes:
    """Rows a published table lost and gained; a changed row counts in both."""

    table: str
    deleted: int
    inserted: int


def promote(engine: sa.Engine, night_id: str | None = None) -> list[Changes]:
    """Bring every published table to the state of its candidate; returns what changed.

    What changes of the marts whose past is kept goes into their history as of ``night_id``, by default the night begun
    last. Needs a primary key on every candidate. Raises sqlalchemy.exc.DBAPIError, and leaves all as it was, where a
    column was removed or changed its type while something outside depends on the table; NightGoesBack where a night of
    a later load date has published meanwhile; CandidatesLost where a crash has emptied what was built.
    """
    with step_lock(engine), engine.begin() as connection:
        check_candidates(connection)
        publication = _publication(connection, night_id)
        incremental = pending.incremental_marts(connection)
        carriages = [
            carriage
            for schemas in PUBLISHED.items()
            for carriage in _ready(connection, *schemas, incremental=incremental)
        ]
        changes = [_carry(connection, carriage, publication) for carriage in _in_order(connection, carriages)]
        recorded = [carriage for carriage in carriages if carriage.mart]
        if len(recorded) == len(history.RECORDED):
            in_full = "counted_row" not in incremental or any(carriage.is_anew for carriage in recorded)
            of_all = in_full or pending.is_every_project(connection)
            projects = None if of_all else pending.codes(connection, pending.CHANGED_PROJECT)
            figure_changes.record(connection, publication, projects)
        describe_record(connection)
        publish_views(connection)
        for schemas in PUBLISHED.items():
            forbid_empty(connection, *schemas)
            describe(connection, *schemas)
        publish_keys(connection, history.TABLES)
        protect_marts(connection)
        pending.published(connection)
        _sign(connection, publication, has_changed=any(one.deleted or one.inserted for one in changes))
        connection.execute(sa.text("select pg_stat_force_next_flush()"))  # what has changed is asked for at once
    return changes


def check_candidates(connection: sa.Connection) -> None:
    """Raise CandidatesLost: unlogged tables are no good where nothing is known of what they were built from."""
    is_unlogged = connection.scalar(_SQL("any_unlogged"), {"schemas": list(PUBLISHED)})
    if is_unlogged and not pending.candidates_stand(connection):
        raise CandidatesLost("The database restarted after the marts were built, and lost them: they are built again.")


def _publication(connection: sa.Connection, night_id: str | None) -> history.Publication:
    night_id = night_id or nights.last_night(connection)
    as_of = connection.scalar(_SQL("load_date"), {"night_id": night_id})
    if night_id is None or as_of is None:
        raise ValueError(f"there is no night {night_id or ''} in ops.night that could publish")
    nights.check_date(connection, as_of)
    return history.Publication(night_id, as_of)


def _sign(connection: sa.Connection, publication: history.Publication, *, has_changed: bool) -> None:
    """The night has published, and by the registry that stands here: another night may have loaded it meanwhile.

    One that has published before, and is tried again, has its moment still where nothing has changed; else what it
    recorded then stands since now, too, because a night has one moment.
    """
    values = {"night_id": publication.night_id, "registry": content.loaded_registry(connection)}
    is_again = connection.scalar(_SQL("has_published"), values)
    connection.execute(_SQL("sign", moment="published_at" if is_again and not has_changed else "now()"), values)
    if is_again and has_changed:
        history.set_moments(connection)


@dataclass(frozen=True)
class _Carriage:
    """What is carried where, and how.

    ``mart`` is given where the table's past is kept, ``part`` where only the rows of a part are compared; ``turn`` is
    the order in which rows that come are laid down.
    """

    candidate: str
    target: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    turn: str
    is_anew: bool
    mart: history.Mart | None
    part: _Part | None


@dataclass(frozen=True)
class _Part:
    """Rows that were made anew: of these projects, or all, and, where ``as_of`` names a column, as of these periods."""

    projects: list[str] | None
    periods: list[str]
    as_of: str


def _ready(
    connection: sa.Connection, candidate_schema: str, schema: str, *, incremental: Mapping[str, str]
) -> list[_Carriage]:
    """Give the published tables of a schema the shape of their candidates; what is to be carried, table by table."""
    candidates = columns_of(connection, candidate_schema, TABLE)
    published = columns_of(connection, schema, TABLE)
    keys, published_keys = primary_keys(connection, candidate_schema), primary_keys(connection, schema)
    orders = reading_orders(connection, candidate_schema)
    projects, periods = _pending(connection) if incremental else (None, [])
    for table in sorted(published.keys() - candidates.keys() - KEPT):
        withdraw_keys(connection, f'{schema}."{table}"')
        connection.execute(sa.text(f'drop table {schema}."{table}"'))
    carriages = []
    for table, columns in sorted(candidates.items()):
        candidate, target, existing = f'{candidate_schema}."{table}"', f'{schema}."{table}"', published.get(table)
        if table not in keys:
            raise ValueError(f"{candidate} has no primary key; give the model one in its contract")
        key = keys[table]
        # A published table can take these columns if none that it has goes or changes, and its key is the same.
        anew = existing is None or not existing.items() <= columns.items() or {*published_keys.get(table, ())} != {*key}
        mart = history.Mart(table, columns) if schema == "marts" and table in history.RECORDED else None
        if mart:
            history.begin(connection, mart, existing, anew=anew)
        _shape(connection, candidate, target, columns, existing, key, anew=anew)
        in_part = table in incremental and existing == columns and not anew  # a new table has lost all rows
        part = _Part(projects, periods, incremental[table]) if in_part else None
        turn = orders.get(table, "d.new_place")
        carriages.append(_Carriage(candidate, target, tuple(columns), key, turn, anew, mart, part))
    allow_empty(connection, candidate_schema, schema)
    index(connection, candidate_schema, schema)
    statistics.ensure(connection, schema)
    return carriages


def _pending(connection: sa.Connection) -> tuple[list[str] | None, list[str]]:
    """Projects and periods that were rebuilt; None for all projects."""
    projects, periods = (sorted(pending.codes(connection, kind)) for kind in (pending.AFFECTED_PROJECT, pending.PERIOD))
    return None if pending.is_every_project(connection) else projects, periods


def _shape(
    connection: sa.Connection,
    candidate: str,
    target: str,
    columns: dict[str, str],
    existing: dict[str, str] | None,
    key: tuple[str, ...],
    *,
    anew: bool,
) -> None:
    """Give ``target`` the columns of its candidate that it has not got, or make it ``anew``, with its key."""
    if not anew:
        for column in columns.keys() - (existing or {}).keys():
            connection.execute(sa.text(f'alter table {target} add column "{column}" {columns[column]}'))
        return
    if existing is not None:
        withdraw_views(connection)
        withdraw_keys(connection, target)
        connection.execute(sa.text(f"drop table {target}"))
    else:
        connection.execute(sa.text(f"drop view if exists {target}"))  # a mart that was a view so far
    connection.execute(sa.text(f"create table {target} (like {candidate} including all excluding indexes)"))
    named = ", ".join(f'"{column}"' for column in key)
    connection.execute(sa.text(f"alter table {target} add primary key ({named})"))


def _in_order(connection: sa.Connection, carriages: Sequence[_Carriage]) -> Iterator[_Carriage]:
    """Whole tables, then parts; the planner chooses again afterwards.

    Whole tables are compared by a hash of the key, whatever statistics say: a table that was empty when it was analysed
    looks as though each row could be looked up in it; what the switch itself has inserted by then is gone through once
    for every row.
    """
    for by_hash in (True, False):
        for other in ("nestloop", "mergejoin"):
            connection.execute(sa.text(f"set local enable_{other} to {'off' if by_hash else 'default'}"))
        yield from (carriage for carriage in carriages if (carriage.part is None) == by_hash)


def _carry(connection: sa.Connection, carry: _Carriage, publication: history.Publication) -> Changes:
    """Delete and insert the rows that differ; those of a mart whose past is kept go into its history besides."""
    deleted = inserted = 0
    if _compare(connection, carry):
        deleted, inserted = _change(connection, carry, publication)
    connection.execute(sa.text("drop table pg_temp.differing"))
    if carry.mart:
        history.write(connection, carry.mart, publication)
    return Changes(carry.target.replace('"', ""), deleted, inserted)


def _compare(connection: sa.Connection, carry: _Carriage) -> int:
    """Note the places of the rows that differ; returns how many."""
    since = carry.mart.since if carry.mart else {}
    compared = [column for column in carry.columns if column not in since]
    compare = _SQL(
        "compare",
        target=carry.target,
        candidate=carry.candidate,
        pending_t=_is_pending("t", carry),
        pending_c=_is_pending("c", carry),
        matches=" and ".join(f'c."{column}" = t."{column}"' for column in carry.key),
        c_compared=_of("c", compared),
        t_compared=_of("t", compared),
    )
    values = {"projects": carry.part.projects, "periods": carry.part.periods} if carry.part else {}
    return connection.execute(compare, values).rowcount


def _change(connection: sa.Connection, carry: _Carriage, publication: history.Publication) -> tuple[int, int]:
    """Delete and insert what differs; returns how many rows went and came."""
    mart, columns = carry.mart, carry.columns
    since = mart.since if mart else {}
    named = ", ".join(f'"{column}"' for column in columns)
    delete = _SQL.text("delete", target=carry.target)
    brought = ", ".join(since.get(column, f'c."{column}"') for column in columns)
    insert = _SQL.text(
        "insert", target=carry.target, candidate=carry.candidate, named=named, brought=brought, turn=carry.turn
    )
    if mart:
        delete = f"with gone as ({delete} returning {_of('t', columns)}) insert into {mart.gone} select * from gone"
        insert = f"with come as ({insert} returning {named}) insert into {mart.come} select * from come"
    deleted = connection.execute(sa.text(delete)).rowcount
    night = {"night_id": publication.night_id, "as_of": publication.as_of} if since else {}
    return deleted, connection.execute(sa.text(insert), night).rowcount


def _is_pending(alias: str, carry: _Carriage) -> str:
    """Condition on the rows of a mart (``t``) or candidate (``c``) that its last builds made anew: all, or a part.

    The part goes by project, scope or enterprise, and by the period that rows are as of.
    """
    conditions = []
    if carry.part and carry.part.as_of:
        conditions.append(f"{alias}.{carry.part.as_of} = any(:periods)")
    if carry.part and carry.part.projects is not None:
        if "project_code" in carry.columns:
            conditions.append(f"{alias}.project_code = any(:projects)")
        elif "scope_type" in carry.columns:
            conditions.append(f"({alias}.scope_type <> 'project' or {alias}.scope_code = any(:projects))")
        else:
            conditions.append(f"{alias}.enterprise_key{pending.IS_OF_ENTERPRISES}")
    return " and ".join(conditions) or "true"


def _of(alias: str, columns: Sequence[str]) -> str:
    return ", ".join(f'{alias}."{column}"' for column in columns)
