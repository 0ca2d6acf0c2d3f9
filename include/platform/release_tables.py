"""The tables of what people signed, which only grow, and who may do what with them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

_SQL = Path(__file__).with_suffix(".sql")
_READERS = "transformer, bi_reader, me_officer, country_office"

#: The schema of the tables. It is the administrator's: whoever owns a schema may drop what is in it.
SCHEMA = "marts"
RELEASE, FIGURE = "release", "release_figure"


def prepare(connection: sa.Connection) -> None:
    """Make tables, triggers and rights. As the administrator; roles and schemas have to be there."""
    for statement in (
        "set local check_function_bodies = off",
        f"alter schema {SCHEMA} owner to current_user",
        f"grant usage, create on schema {SCHEMA} to transformer",
        _SQL.read_text("utf-8"),
        "revoke all on function access.nights_after from public",
        f"grant execute on function access.nights_after to {_READERS}",
        f"grant usage on schema access to {_READERS}",
        "grant create on schema access to loader",  # an administrator of less than all rights needs it to be
        "alter function access.nights_after owner to loader",
        "revoke create on schema access from loader",
    ):
        connection.exec_driver_sql(statement.replace("%", "%%"))
