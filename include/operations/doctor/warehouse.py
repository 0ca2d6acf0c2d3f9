"""The database: whether it answers, what it is, whether tables and roles are today's. Nothing is started or changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from include.operations.doctor.check import Check
from include.platform import causes, database, postgres, processes
from include.platform.migrations.scope import VERSION_SCHEMA, VERSION_TABLE
from include.platform.row_security import COUNTRY_OFFICE
from include.platform.schema import MIGRATIONS
from include.platform.settings import Settings

NAME = "database"

OLDEST = 16
#: Seconds a database may take to answer.
PATIENCE = 10


@contextmanager
def reached(settings: Settings) -> Iterator[tuple[sa.Engine | None, list[Check]]]:
    """An engine on a warehouse that has tables, or None, and what there is to say of the database.

    Before the first night there is none, which is well.
    """
    server = postgres.Server(settings)
    if not settings.warehouse_url:
        if not (server.data / "PG_VERSION").exists():
            yield None, [Check(NAME, "ok", "nothing yet: the first night makes it")]
            return
        if server.process() is None or processes.remembered_port(server.port_file) is None:
            step = "make url, up or nightly starts it; look again then."
            yield None, [Check(NAME, "warning", "the embedded server does not run", step)]
            return
    has_password = bool(os.environ.get("LOADER_PASSWORD")) or (settings.secrets / "loader_password").is_file()
    if not has_password and not settings.warehouse_url:
        step = f"Bring {settings.secrets} back from a backup."
        yield None, [Check(NAME, "fault", "the passwords of its roles are missing", step)]
        return
    engine = _engine(settings, "loader" if has_password else database.ADMINISTRATOR)
    try:
        checks = list(_look(engine, has_password))
        has_tables = bool(checks) and all(check.level != "fault" for check in checks) and _version(engine) is not None
        yield engine if has_tables else None, checks
    finally:
        engine.dispose()


def _engine(settings: Settings, role: str) -> sa.Engine:
    return sa.create_engine(
        database.url(settings, role),
        connect_args={"application_name": "warehouse doctor", "connect_timeout": PATIENCE},
        hide_parameters=True,
    )


def _look(engine: sa.Engine, is_prepared: bool) -> Iterator[Check]:
    try:
        with engine.connect() as connection:
            version: int = connection.execute(sa.text("select current_setting('server_version_num')::int")).scalar_one()
            encoding: str = connection.execute(sa.text("select current_setting('server_encoding')")).scalar_one()
            roles = set(connection.scalars(sa.text("select rolname from pg_roles")))
    except sa.exc.OperationalError as error:
        said = f"it does not answer: {causes.harmless(error)}"
        step = "See that the server runs, and that WAREHOUSE_URL and STATE are those of this warehouse."
        yield Check(NAME, "fault", said, step)
        return
    yield from _kind(version // 10000, encoding)
    if not is_prepared:
        yield Check(NAME, "ok", "no role of the warehouse yet: the first night makes them")
        return
    if missing := {*database.ROLES, COUNTRY_OFFICE} - roles:
        yield Check(NAME, "fault", f"roles are missing: {', '.join(sorted(missing))}", "make url makes them again.")
    yield from _tables(engine)


def _kind(version: int, encoding: str) -> Iterator[Check]:
    if version < OLDEST:
        step = f"Move the warehouse to PostgreSQL {OLDEST} or newer."
        yield Check(NAME, "fault", f"PostgreSQL {version} is too old", step)
    elif encoding != "UTF8":
        step = "Make a database with the encoding UTF8, and name it in WAREHOUSE_URL."
        yield Check(NAME, "fault", f"its encoding is {encoding}", step)
    else:
        yield Check(NAME, "ok", f"PostgreSQL {version} answers, {encoding}")


def _tables(engine: sa.Engine) -> Iterator[Check]:
    known = _version(engine)
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(configuration)
    head = scripts.get_current_head()
    if known is None:
        yield Check(NAME, "ok", "no tables yet: the first night makes them")
    elif known == head:
        yield Check(NAME, "ok", f"tables are those of migration {known}, roles are there")
    elif known in {script.revision for script in scripts.walk_revisions()}:
        said = f"tables are those of migration {known}, this software's of {head}"
        yield Check(NAME, "warning", said, "make backup, then make url or the next night migrates them.")
    else:
        said = f"migration {known} is unknown here: the tables are those of a newer software"
        yield Check(NAME, "fault", said, "Use the software that made them, or restore a backup of this one.")


def _version(engine: sa.Engine) -> str | None:
    """The migration the tables are of; None without tables."""
    with engine.connect() as connection:
        table = f"{VERSION_SCHEMA}.{VERSION_TABLE}"
        if not connection.scalar(sa.text("select to_regclass(:table) is not null"), {"table": table}):
            return None
        found: str | None = connection.scalar(sa.text(f"select version_num from {table}"))
        return found
