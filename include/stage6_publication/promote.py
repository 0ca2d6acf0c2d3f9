"""Carry the candidates' changed rows into the published schemas, all marts in one transaction.

Tables stay the same objects from night to night: what somebody built on a mart, and who may read it, is left alone,
and readers see yesterday's figures until the transaction commits. Marts that dbt builds by project are compared in the
rows that are pending, all others in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from include.platform.row_security import protect_marts
from include.platform.turns import turn
from include.stage5_transformation import pending
from include.stage6_publication import headline_changes
from include.stage6_publication.views import publish_views, withdraw_views

#: Schema dbt builds and tests in -> schema others read.
PUBLISHED = {"candidate_marts": "marts", "candidate_restricted": "restricted"}


@dataclass(frozen=True)
class Changes:
    """Rows a published table lost and gained; a changed row counts in both."""

    table: str
    deleted: int
    inserted: int


def promote(engine: sa.Engine, night_id: str | None = None) -> list[Changes]:
    """Bring every published table to the state of its candidate; returns what changed.

    Headline figures that change are recorded as those of ``night_id``, where it is given. Needs a primary key on every
    candidate. Raises sqlalchemy.exc.DBAPIError, and leaves all as it was, where a column was removed or changed its
    type while something outside depends on the table.
    """
    changes = []
    with turn(engine), engine.begin() as connection:
        incremental = pending.incremental_marts(connection)
        for candidate_schema, schema in PUBLISHED.items():
            candidates = _columns(connection, candidate_schema)
            published = _columns(connection, schema)
            for table in sorted(published.keys() - candidates.keys()):
                connection.execute(sa.text(f'drop table {schema}."{table}"'))
            for table, columns in sorted(candidates.items()):
                candidate, target = f'{candidate_schema}."{table}"', f'{schema}."{table}"'
                in_part = table in incremental and published.get(table) == columns
                if night_id and (schema, table) == ("marts", headline_changes.TABLE):
                    conditions, projects = _rows_to_compare(connection, list(columns), in_part=in_part)
                    headline_changes.record(connection, night_id, published.get(table), conditions, projects)
                _shape(connection, candidate, target, columns, published.get(table))
                _index(connection, candidate, target)
                changes.append(_carry(connection, candidate, target, list(columns), in_part=in_part))
                _describe(connection, candidate, target)
        publish_views(connection)
        protect_marts(connection)
        pending.published(connection)
    return changes


def _columns(connection: sa.Connection, schema: str) -> dict[str, dict[str, str]]:
    """Table -> column -> type, of the schema's tables that are ours: releases are the administrator's."""
    rows = connection.execute(
        sa.text("""
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        from pg_class as c
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where
            c.relnamespace = cast(:schema as regnamespace)
            and c.relkind = 'r'
            and pg_get_userbyid(c.relowner) = current_user
        order by c.relname, a.attnum
        """),
        {"schema": schema},
    )
    tables: dict[str, dict[str, str]] = {}
    for table, column, type_ in rows.tuples():
        tables.setdefault(str(table), {})[str(column)] = str(type_)
    return tables


def _shape(
    connection: sa.Connection, candidate: str, target: str, columns: dict[str, str], existing: dict[str, str] | None
) -> None:
    """Make ``target`` hold the candidate's columns: new ones are added, any other change makes the table anew."""
    if existing is not None:
        if existing.items() <= columns.items():
            for column in columns.keys() - existing.keys():
                connection.execute(sa.text(f'alter table {target} add column "{column}" {columns[column]}'))
            return
        withdraw_views(connection)
        connection.execute(sa.text(f"drop table {target}"))
    connection.execute(sa.text(f"create table {target} (like {candidate} including all)"))


def _index(connection: sa.Connection, candidate: str, target: str) -> None:
    """Give ``target`` the candidate's indexes that it has not got; others may stand on it, and stay."""
    missing = connection.scalars(
        sa.text("""
        select substring(pg_get_indexdef(indexrelid) from ' USING .*') from pg_index
        where indrelid = cast(:candidate as regclass) and not indisunique
        except
        select substring(pg_get_indexdef(indexrelid) from ' USING .*') from pg_index
        where indrelid = cast(:target as regclass)
        order by 1
        """),
        {"candidate": candidate, "target": target},
    ).all()
    for definition in missing:
        connection.exec_driver_sql(f"create index on {target}{definition}".replace("%", "%%"))


def _carry(connection: sa.Connection, candidate: str, target: str, columns: list[str], *, in_part: bool) -> Changes:
    key: Sequence[str] = (
        connection.execute(
            sa.text("""
        select a.attname
        from pg_index as i
        inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indrelid = cast(:candidate as regclass) and i.indisprimary
        """),
            {"candidate": candidate},
        )
        .scalars()
        .all()
    )
    matches = " and ".join(f'c."{column}" = t."{column}"' for column in key)
    if not matches:
        raise ValueError(f"{candidate} has no primary key; give the model one in its contract")
    named = ", ".join(f'"{column}"' for column in columns)
    differs = f"({_of('c', columns)}) is distinct from ({_of('t', columns)})"
    (pending_t, pending_c), projects = _rows_to_compare(connection, columns, in_part=in_part)
    deleted = connection.execute(
        sa.text(f"""
        delete from {target} as t
        where
            {pending_t}
            and not exists (select 1 from {candidate} as c where {pending_c} and {matches} and not {differs})
        """),
        projects,
    ).rowcount
    inserted = connection.execute(
        sa.text(f"""
        insert into {target} ({named})
        select {named} from {candidate} as c
        where {pending_c} and not exists (select 1 from {target} as t where {pending_t} and {matches})
        """),
        projects,
    ).rowcount
    return Changes(target.replace('"', ""), deleted, inserted)


def _rows_to_compare(
    connection: sa.Connection, columns: list[str], *, in_part: bool
) -> tuple[tuple[str, str], dict[str, list[str]]]:
    """Conditions on the rows of the mart (``t``) and of its candidate (``c``), and their parameters."""
    if not in_part:
        return ("true", "true"), {}
    projects = sorted(pending.codes(connection, pending.AFFECTED_PROJECT))
    return (_is_pending("t", columns), _is_pending("c", columns)), {"projects": projects}


def _is_pending(alias: str, columns: list[str]) -> str:
    """Condition on the rows of a mart that its last builds made anew: by project, scope or enterprise."""
    if "project_code" in columns:
        return f"{alias}.project_code = any(:projects)"
    if "scope_type" in columns:
        return f"({alias}.scope_type <> 'project' or {alias}.scope_code = any(:projects))"
    enterprises = f"select code from intermediate.pending where kind = '{pending.ENTERPRISE}'"
    return f"{alias}.enterprise_key in ({enterprises}) and cast(:projects as text[]) is not null"


def _of(alias: str, columns: list[str]) -> str:
    return ", ".join(f'{alias}."{column}"' for column in columns)


def _describe(connection: sa.Connection, candidate: str, target: str) -> None:
    """Copy comments that differ: BI tools show them."""
    rows = connection.execute(
        sa.text("""
        select a.attname, c.description
        from pg_description as c
        left join pg_attribute as a on a.attrelid = c.objoid and a.attnum = c.objsubid and c.objsubid > 0
        where
            c.objoid = cast(:candidate as regclass)
            and c.classoid = 'pg_class'::regclass
            and c.description is distinct from (
                select d.description from pg_description as d
                left join pg_attribute as b on b.attrelid = d.objoid and b.attnum = d.objsubid and d.objsubid > 0
                where
                    d.objoid = cast(:target as regclass)
                    and d.classoid = 'pg_class'::regclass
                    and b.attname is not distinct from a.attname
            )
        """),
        {"candidate": candidate, "target": target},
    ).all()
    for column, description in rows:
        subject = f'column {target}."{column}"' if column else f"table {target}"
        literal = "'" + str(description).replace("'", "''") + "'"
        connection.exec_driver_sql(f"comment on {subject} is {literal}".replace("%", "%%"))
