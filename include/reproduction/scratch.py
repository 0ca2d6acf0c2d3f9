"""A database beside the warehouse, and a folder, that are gone when they are no longer needed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from psycopg import sql

from include.platform import database, interruption, processes, readers, schema
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage2_landing import manifest

#: What the database is called after the warehouse's name, and what its comment says, so that no other one is dropped.
_SUFFIX = "_reproduced"
_MARK = "scratch database of make reproduce"
_FOLDER = ".reproducing-"


@contextmanager
def scratch(settings: Settings) -> Iterator[Settings]:
    """Settings of an empty warehouse beside that of ``settings``, with the same keys; gone afterwards, however it ends.

    What an earlier one has left that was killed goes first. Raises PlatformError where another one is at work, or a
    database of its name is somebody else's.
    """
    try:
        with processes.locked(settings.locks / "reproduce", wait=False):
            yield from _made(settings)
    except processes.LockIsHeld:
        raise PlatformError(f"Another make reproduce is at work in {settings.state}: wait for its end.") from None


def _made(settings: Settings) -> Iterator[Settings]:
    _clear(settings)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=settings.state))
        for name in ("inbox", "registry", "archive"):
            (folder / name).mkdir(mode=0o700)
        (folder / "secrets").symlink_to(settings.secrets)
        address = database.url(settings).set(database=_name(settings))
        _create(settings)
        made = replace(
            settings,
            state=folder,
            inbox=str(folder / "inbox"),
            registry=folder / "registry",
            warehouse_url=database.plain(address),
            database_port=None,
            mail=None,
        )
        with processes.locked(settings.locks / "prepare"), without_airflow(settings):
            schema.prepare(made)  # the roles are those of the warehouse
        yield made
    except interruption.Interrupted:
        interruption.shield()  # a second Ctrl-C does not cut the end short
        raise
    finally:
        _clear(settings)


def deliver(settings: Settings, archive: Path, deliveries: Iterable[manifest.Delivery]) -> None:
    """Put the copies of ``deliveries`` into the scratch archive: by a second name where that is possible."""
    for path in {delivery["archive_path"] for delivery in deliveries} - {""}:
        target = settings.archive / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(archive / path, target)
        except OSError:  # the archive is on another disk
            shutil.copy2(archive / path, target)


def write_registry(settings: Settings, files: Mapping[str, bytes]) -> None:
    """Make the folder of the registry hold these files and no others."""
    shutil.rmtree(settings.registry, ignore_errors=True)
    settings.registry.mkdir(mode=0o700)
    for name, written in files.items():
        (settings.registry / name).write_bytes(written)


@contextmanager
def without_airflow(settings: Settings) -> Iterator[None]:
    """Meanwhile no database for Airflow is made beside a scratch one: it has the warehouse's."""
    name = "AIRFLOW_DATABASE_URL"
    before = os.environ.get(name)
    os.environ[name] = database.plain(database.airflow_url(settings))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _name(settings: Settings) -> str:
    return f"{database.url(settings).database}{_SUFFIX}"


def _create(settings: Settings) -> None:
    name = sql.Identifier(_name(settings))
    with _autocommit(settings) as connection:
        for statement in (
            sql.SQL("create database {} encoding 'UTF8' template template0").format(name),
            sql.SQL("comment on database {} is {}").format(name, sql.Literal(_MARK)),
        ):
            try:
                connection.exec_driver_sql(statement.as_string())
            except sa.exc.ProgrammingError:
                raise PlatformError(
                    f"The database {_name(settings)} cannot be made: the user of WAREHOUSE_URL needs CREATEDB."
                ) from None


def _clear(settings: Settings) -> None:
    """Take away database and folder, and let readers have the limits of the warehouse."""
    for folder in settings.state.glob(f"{_FOLDER}*"):
        shutil.rmtree(folder, ignore_errors=True)
    name = _name(settings)
    with _autocommit(settings) as connection:
        known = sa.text("select shobj_description(oid, 'pg_database') from pg_database where datname = :name")
        found = connection.execute(known, {"name": name}).one_or_none()
        if found is None:
            return
        if found[0] != _MARK:
            raise PlatformError(f"The database {name} is not one of make reproduce: rename it, or drop it.")
        connection.exec_driver_sql(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)).as_string())
    with database.transaction(settings, "loader") as connection:
        readers.put_back(connection)


@contextmanager
def _autocommit(settings: Settings) -> Iterator[sa.Connection]:
    with database.connected(settings) as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
