"""Bring the warehouse to today's tables: server, roles, Alembic migrations, privileges."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.script import Script

from include.platform import database, processes, readers, roles
from include.platform.settings import Settings, ensure_state

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_configuration(settings: Settings) -> Config:
    """Alembic's configuration, without an ini file: the loader owns the tables and migrates them."""
    configuration = Config(attributes={"url": database.url(settings, "loader")})
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return configuration


def upgrade(settings: Settings) -> None:
    """Apply the migrations this database has not seen."""
    with database.opened(settings, "loader") as engine, readers.out_of_the_way(engine):
        command.upgrade(alembic_configuration(settings), "head")


def prepare(settings: Settings) -> None:
    """Everything a night or a reader needs of the database: start, roles, schemas, tables, privileges.

    Can be called at any time by several processes at once.
    """
    ensure_state(settings)
    database.ensure_server(settings)
    with processes.locked(settings.locks / "prepare"):
        roles.prepare_roles(settings)
        upgrade(settings)
        roles.grant_on_tables(settings)


def write_migration(settings: Settings, message: str) -> Path | None:
    """Write the migration from the tables of the last one to those of ``tables.py``, numbered in order.

    Returns its path, or None where there is no difference.
    """
    ensure_state(settings)
    database.ensure_server(settings)
    roles.prepare_roles(settings)
    upgrade(settings)
    number = max(int(path.name[:4]) for path in (MIGRATIONS / "versions").glob("[0-9]*.py")) + 1

    def drop_if_empty(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
        operations = directives[0].upgrade_ops
        if operations is not None and operations.is_empty():
            directives.clear()

    script = command.revision(
        alembic_configuration(settings),
        message=message,
        autogenerate=True,
        rev_id=f"{number:04d}",
        process_revision_directives=drop_if_empty,
    )
    return Path(script.path) if isinstance(script, Script) else None
