"""States of a warehouse, kept and put back: what every run of a night starts from.

The database is kept as another one of the same server, made and put back by a copy of its files; the folders that a
night writes beside it are copied too. The inbox is left alone, because a file that was copied counts as another one.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import psycopg

from benchmarks.workload import Workload
from include.platform import postgres, schema

#: What of ``STATE`` says which deliveries were taken and answered.
FOLDERS = ("archive", "feedback", "outbox")


def keep(workload: Workload, name: str) -> None:
    """Keep the warehouse as it is under a name, which is also that of the database."""
    _copy_database(workload, postgres.DATABASE, name)
    for folder in FOLDERS:
        _copy_folder(workload.settings.state / folder, _beside(workload, name) / folder)


def put_back(workload: Workload, name: str) -> None:
    """Make the warehouse what it was when it was kept under the name."""
    _copy_database(workload, name, postgres.DATABASE)
    for folder in FOLDERS:
        _copy_folder(_beside(workload, name) / folder, workload.settings.state / folder)
    schema.prepare(workload.settings)  # privileges on a database are not copied with it


def with_statistics(workload: Workload) -> None:
    """Give the warehouse what a night leaves that ended well: tables vacuumed and analysed."""
    workload.execute("vacuum (analyze)")


def without_statistics(workload: Workload) -> None:
    """Take all statistics of the warehouse's tables away, as a restore does, or a night that was stopped.

    Nothing has changed in the copy of a database, so that autovacuum does not bring them back.
    """
    own = "not in ('pg_catalog', 'information_schema', 'pg_toast')"
    workload.execute(
        "select pg_clear_attribute_stats(schemaname::text, tablename::text, attname::text, inherited) from pg_stats "
        f"where schemaname {own}",
        "select pg_clear_relation_stats(relnamespace::regnamespace::text, relname::text) from pg_class "
        f"where relkind in ('r', 'i') and relnamespace::regnamespace::text {own}",
    )


def of(workload: Workload, name: str) -> Workload:
    """The database that was kept under the name, to work in without putting it back; folders are the warehouse's."""
    url = postgres.connection_string(workload.settings, name)
    return Workload(replace(workload.settings, warehouse_url=url), workload.parameters)


def _beside(workload: Workload, name: str) -> Path:
    return workload.settings.state.parent / "kept" / name


def _copy_database(workload: Workload, source: str, target: str) -> None:
    """Replace a database by the copy of another; whoever is connected to either loses the connection."""
    workload.loader.dispose()
    workload.administrator.dispose()
    with psycopg.connect(postgres.connection_string(workload.settings, "postgres"), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [source])
        connection.execute(f"drop database if exists {target} with (force)".encode())
        connection.execute(f"create database {target} template {source} strategy file_copy".encode())
        connection.execute("checkpoint")


def _copy_folder(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        shutil.copytree(source, target)
