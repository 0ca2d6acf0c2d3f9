"""Which rows of the marts a country office sees: a policy on every published table, worked out from its columns.

Whoever reads the whole programme (``bi_reader``, ``me_officer``) sees every row. A country office's login sees its
country's rows where figures are by scope, and its own projects' rows elsewhere: the figures of programme, pillars and
value chains would tell, by subtraction, what the projects of other countries report. The login is looked up by
``session_user``, which neither SET ROLE nor a view changes, in a table only the administrator writes.
"""

from __future__ import annotations

from collections.abc import Set

import sqlalchemy as sa

from include.platform import statements

_SQL = statements.beside(__file__)

#: The role whose members are the logins of country offices.
COUNTRY_OFFICE = "country_office"

#: The schema of the logins' countries and of what the policies ask.
SCHEMA = "access"

#: Marts without project, scope or enterprise that everybody may read: lists of words, the calendar, the load date. Any
#: other such mart is closed to country offices until it is named here.
OPEN = {
    "dim_age_group",
    "dim_change_cause",
    "dim_code",
    "dim_country",
    "dim_date",
    "dim_evidence_grade",
    "dim_institution",
    "dim_isic",
    "dim_isic_section",
    "dim_kpi",
    "dim_period",
    "dim_pillar",
    "dim_practice",
    "dim_rule",
    "dim_sex",
    "dim_size_class",
    "dim_standard",
    "dim_standard_kind",
    "dim_status",
    "dim_step",
    "dim_territory",
    "dim_topic",
    "dim_value_chain",
    "dim_verdict",
    "load_status",
    "release",
}

#: What the policies ask, and the role that answers: the owner of the table asked, never the administrator, because a
#: table that its owner replaced by a view would run its owner's code. Bodies are kept as text: the tables they read
#: are made and remade by others.
_FUNCTIONS = {
    "own_country() returns text": (None, "select country from access.country_office where login = session_user"),
    "own_projects() returns text[]": (
        "loader",
        "select coalesce(array_agg(project_code), '{}') from registry.projects where country = access.own_country()",
    ),
    "own_enterprises() returns setof text": (
        "transformer",
        "select enterprise_key from restricted.enterprise where project_code = any (access.own_projects())",
    ),
}
#: The roles whose tables are no business of the administrator's.
OWNERS = ("loader", "transformer")

_PROJECTS = "any ((select access.own_projects())::text[])"  # in a select of its own, worked out once a query


def prepare(connection: sa.Connection) -> None:
    """Make schema ``access``: the countries of logins and what policies ask of them. As the administrator."""
    for statement in (
        "set local check_function_bodies = off",
        "create schema if not exists access",
        f"grant usage on schema access to {', '.join(OWNERS)}, {COUNTRY_OFFICE}",
        """
        create table if not exists access.country_office (
            login name primary key, country text not null, granted_at timestamptz not null default now()
        )
        """,
    ):
        connection.execute(sa.text(statement))
    for signature, (owner, body) in _FUNCTIONS.items():
        name = signature.split(" ")[0]
        connection.execute(
            sa.text(f"""
            create or replace function access.{signature} language sql stable security definer
            set search_path = pg_catalog, pg_temp as $${body}$$
            """)
        )
        connection.execute(sa.text(f"revoke all on function access.{name} from public"))
        connection.execute(sa.text(f"grant execute on function access.{name} to {', '.join(OWNERS)}, {COUNTRY_OFFICE}"))
        if owner:
            for statement in (
                f"grant create on schema access to {owner}",  # an administrator of less than all rights needs it to be
                f"alter function access.{name} owner to {owner}",
                f"revoke create on schema access from {owner}",
            ):
                connection.execute(sa.text(statement))


def visible_rows(table: str, columns: Set[str]) -> str:
    """SQL condition on the rows of a mart that a country office sees."""
    projects = sorted(column for column in columns if column == "project_code" or column.endswith("_project_code"))
    if {"scope_type", "scope_code"} <= columns:
        own = (
            "scope_type = 'country' and scope_code = (select access.own_country())"
            f" or scope_type = 'project' and scope_code = {_PROJECTS}"
        )
        # what a project of another country does to a figure is told to no one but its own
        named = (f"({column} is null or {column} = {_PROJECTS})" for column in projects)
        return " and ".join((f"({own})", *named)) if projects else own
    if projects:
        return " and ".join(f"{column} = {_PROJECTS}" for column in projects)
    if "enterprise_key" in columns:
        return "enterprise_key in (select access.own_enterprises())"
    return str(table in OPEN).lower()


def protect_marts(connection: sa.Connection) -> list[str]:
    """Give every table of ``marts`` its policies; returns those that had to change.

    As the transformer, in the transaction that makes them, so that no table is ever seen without; as the
    administrator, tables that neither the transformer nor the loader owns. A policy's comment is its condition, which
    tells whether it is today's.
    """
    changed = []
    tables = connection.execute(
        _SQL("tables"),
        {"owners": list(OWNERS)},
    ).all()
    for table in tables:
        condition = visible_rows(table.name, set(table.columns))
        if table.is_on and table.condition == condition:
            continue
        name = f'marts."{table.name}"'
        comment = condition.replace("'", "''")
        for statement in (
            f"alter table {name} enable row level security",
            f"drop policy if exists whole_programme on {name}",
            f"drop policy if exists country_office on {name}",
            f"create policy whole_programme on {name} for select to bi_reader, me_officer using (true)",
            f"create policy country_office on {name} for select to {COUNTRY_OFFICE} using ({condition})",
            f"comment on policy country_office on {name} is '{comment}'",
        ):
            connection.exec_driver_sql(statement)
        changed.append(table.name)
    return changed
