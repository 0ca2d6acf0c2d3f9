"""Carry the candidates' changed rows into the published schemas, all marts in one transaction.

Tables stay the same objects from night to night: what somebody built on a mart, and who may read it, is left alone,
and readers see yesterday's figures until the transaction commits. Marts that dbt builds by project are compared in the
rows that are pending, all others in full.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from include.stage6_publication.relations import TABLE, columns_of, describe
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
    changes, recorded, any_anew = [], [], False
    with step_lock(engine), engine.begin() as connection:
        check_candidates(connection)
        publication = _publication(connection, night_id)
        incremental = pending.incremental_marts(connection)
        for candidate_schema, schema in PUBLISHED.items():
            candidates = columns_of(connection, candidate_schema, TABLE)
            published = columns_of(connection, schema, TABLE)
            for table in sorted(published.keys() - candidates.keys() - KEPT):
                withdraw_keys(connection, f'{schema}."{table}"')
                connection.execute(sa.text(f'drop table {schema}."{table}"'))
            for table, columns in sorted(candidates.items()):
                candidate, target = f'{candidate_schema}."{table}"', f'{schema}."{table}"'
                existing = published.get(table)
                key = _key(connection, candidate)
                anew = existing is None or not _has_shape(connection, target, columns, existing, key)
                mart = history.Mart(table, columns) if schema == "marts" and table in history.RECORDED else None
                if mart:
                    history.begin(connection, mart, existing, anew=anew)
                    recorded.append(mart)
                    any_anew |= anew
                _shape(connection, candidate, target, columns, existing, key, anew=anew)
                _index(connection, candidate, target)
                statistics.ensure(connection, target)
                in_part = table in incremental and existing == columns and not anew  # a new table has lost all rows
                _join_whole_tables(connection, by_hash=not in_part)
                carry = _Carriage(candidate, target, tuple(columns), key, mart, publication)
                changes.append(_carry(connection, carry, in_part=in_part))
                describe(connection, candidate, target, "table")
                if mart:
                    history.write(connection, mart, publication)
        _join_whole_tables(connection, by_hash=False)
        if len(recorded) == len(history.RECORDED):
            in_full = "counted_row" not in incremental or any_anew
            projects = None if in_full else pending.codes(connection, pending.CHANGED_PROJECT)
            figure_changes.record(connection, publication, projects)
        describe_record(connection)
        publish_views(connection)
        publish_keys(connection, history.TABLES)
        protect_marts(connection)
        pending.published(connection)
        _sign(connection, publication, has_changed=any(one.deleted or one.inserted for one in changes))
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


def _has_shape(
    connection: sa.Connection, target: str, columns: dict[str, str], existing: dict[str, str], key: tuple[str, ...]
) -> bool:
    """Whether a published table can take these columns: none that it has goes or changes, and its key is the same."""
    return existing.items() <= columns.items() and set(_key(connection, target)) == set(key)


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


def _index(connection: sa.Connection, candidate: str, target: str) -> None:
    """Give ``target`` the candidate's indexes that it has not got; others may stand on it, and stay."""
    missing = connection.execute(_SQL("missing_indexes"), {"candidate": candidate, "target": target}).tuples()
    for kind, definition in missing.all():
        connection.exec_driver_sql(f"create {kind} on {target}{definition}".replace("%", "%%"))


def _join_whole_tables(connection: sa.Connection, *, by_hash: bool) -> None:
    """Compare two whole tables by a hash of the key, whatever statistics say, or let the planner choose again.

    A table that was empty when it was analysed looks as though each row could be looked up in it; what the switch
    itself has inserted by then is gone through once for every row.
    """
    for other in ("nestloop", "mergejoin"):
        connection.execute(sa.text(f"set local enable_{other} to {'off' if by_hash else 'default'}"))


def _key(connection: sa.Connection, candidate: str) -> tuple[str, ...]:
    key = connection.scalars(_SQL("primary_key"), {"candidate": candidate}).all()
    if not key:
        raise ValueError(f"{candidate} has no primary key; give the model one in its contract")
    return tuple(str(column) for column in key)


@dataclass(frozen=True)
class _Carriage:
    """What is carried where; ``mart`` is given where the table's past is kept."""

    candidate: str
    target: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    mart: history.Mart | None
    publication: history.Publication


def _carry(connection: sa.Connection, carry: _Carriage, *, in_part: bool) -> Changes:
    """Delete and insert the rows that differ; those of a mart whose past is kept go to its temporary tables besides."""
    mart, columns = carry.mart, carry.columns
    since = mart.since if mart else {}
    compared = [column for column in columns if column not in since]
    named = ", ".join(f'"{column}"' for column in columns)
    target, candidate = carry.target, carry.candidate
    (pending_t, pending_c), projects = _rows_to_compare(connection, columns, in_part=in_part)
    compare = _SQL(
        "compare",
        target=target,
        candidate=candidate,
        pending_t=pending_t,
        pending_c=pending_c,
        matches=" and ".join(f'c."{column}" = t."{column}"' for column in carry.key),
        c_compared=_of("c", compared),
        t_compared=_of("t", compared),
    )
    connection.execute(compare, projects)
    delete = _SQL.text("delete", target=target)
    brought = ", ".join(since.get(column, f'c."{column}"') for column in columns)
    # What is asked for together lies together, and is read from a few pages.
    turn = connection.scalar(_SQL("reading_order"), {"candidate": candidate}) or "d.new_place"
    insert = _SQL.text("insert", target=target, candidate=candidate, named=named, brought=brought, turn=turn)
    if mart:
        delete = f"with gone as ({delete} returning {_of('t', columns)}) insert into {mart.gone} select * from gone"
        insert = f"with come as ({insert} returning {named}) insert into {mart.come} select * from come"
    deleted = connection.execute(sa.text(delete)).rowcount
    night = {"night_id": carry.publication.night_id, "as_of": carry.publication.as_of} if since else {}
    inserted = connection.execute(sa.text(insert), night).rowcount
    connection.execute(sa.text("drop table pg_temp.differing"))
    return Changes(target.replace('"', ""), deleted, inserted)


def _rows_to_compare(
    connection: sa.Connection, columns: Sequence[str], *, in_part: bool
) -> tuple[tuple[str, str], dict[str, list[str]]]:
    """Conditions on the rows of the mart (``t``) and of its candidate (``c``), and their parameters."""
    if not in_part:
        return ("true", "true"), {}
    projects = sorted(pending.codes(connection, pending.AFFECTED_PROJECT))
    return (_is_pending("t", columns), _is_pending("c", columns)), {"projects": projects}


def _is_pending(alias: str, columns: Sequence[str]) -> str:
    """Condition on the rows of a mart that its last builds made anew: by project, scope or enterprise."""
    if "project_code" in columns:
        return f"{alias}.project_code = any(:projects)"
    if "scope_type" in columns:
        return f"({alias}.scope_type <> 'project' or {alias}.scope_code = any(:projects))"
    enterprises = f"select code from intermediate.pending where kind = '{pending.ENTERPRISE}'"
    return f"{alias}.enterprise_key in ({enterprises}) and cast(:projects as text[]) is not null"


def _of(alias: str, columns: Sequence[str]) -> str:
    return ", ".join(f'{alias}."{column}"' for column in columns)
