"""The tables of the record: what was published when, why it changed, and what people signed.

They are no migration's: each belongs to whoever writes it and not to the loader, and a restore brings back what is in
its owner's share of the dump, while releases come from the archive. A script runs where its tables are not there or not
as it makes them; its hash is kept beside the last thing it makes, and goes with it.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from include.platform.statements import beside

_SQL = beside(__file__)

RELEASE, FIGURE = "release", "release_figure"

#: Script -> what is known of it, and whose comment says which script made it.
_MADE = {
    "releases": (
        """
        select obj_description(oid, 'pg_trigger') from pg_trigger
        where tgrelid = to_regclass('marts.release_figure') and tgname = 'come_with_the_release'
        """,
        "trigger come_with_the_release on marts.release_figure",
    ),
    "history": (
        "select obj_description(to_regclass('marts.figure_change_asked_idx'), 'pg_class')",
        "index marts.figure_change_asked_idx",
    ),
}


def prepare_releases(connection: sa.Connection) -> None:
    """Make tables, triggers and rights of releases. As the administrator; roles and schemas have to be there."""
    _prepare(connection, "releases")


def prepare_history(connection: sa.Connection) -> None:
    """Make the tables of history and causes, and what asks them of a day. As the transformer."""
    _prepare(connection, "history")


def _prepare(connection: sa.Connection, name: str) -> None:
    script = _SQL.text(name)
    digest = hashlib.sha256(script.encode()).hexdigest()
    known, keeper = _MADE[name]
    if connection.scalar(sa.text(known)) != digest:
        connection.exec_driver_sql(script.replace("%", "%%"))
        connection.exec_driver_sql(f"comment on {keeper} is '{digest}'")
