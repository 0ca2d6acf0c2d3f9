"""A sample programme after its first night through Airflow, shared by every test of a session that looks at one."""

from __future__ import annotations

import csv
import shutil
import tarfile
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import psycopg
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from tests.contract_place import SAMPLES
from tests.end_to_end.project import Project


def unpack(name: str, folder: Path) -> Path:
    """The sample programme ``name`` below ``folder``."""
    with tarfile.open(SAMPLES / f"{name}.tar.gz") as archive:
        archive.extraction_filter = getattr(tarfile, "tar_filter", None)  # Python 3.11 has it from 3.11.4 on
        archive.extractall(folder)  # with modification times, which decide the order of deliveries
    return folder / name


@dataclass
class Sample:
    """A programme (inbox, registry, expected) and the warehouse that took it."""

    name: str
    programme: Path
    state: Path
    #: somebody else's server that the warehouse is on
    server: Settings | None = None
    #: of a copy: the database it has beside that of the sample
    copied_to: str | None = None
    copies: int = 0

    @cached_property
    def warehouse_url(self) -> str | None:
        return self.copied_to or (database.plain(database.url(self.server)) if self.server else None)

    @cached_property
    def settings(self) -> Settings:
        return Settings(
            state=self.state,
            inbox=str(self.programme / "inbox"),
            registry=self.programme / "registry",
            as_of=date(2025, 3, 1),
            warehouse_url=self.warehouse_url,
        )

    @cached_property
    def project(self) -> Project:
        """The make targets on this warehouse."""
        variables = {"INBOX": self.settings.inbox, "REGISTRY": str(self.settings.registry), "AS_OF": "2025-03-01"}
        if self.warehouse_url:
            variables["WAREHOUSE_URL"] = self.warehouse_url
        return Project(self.state, variables)

    def rows(self, query: str, *, role: str = "loader", **parameters: object) -> list[sa.Row]:
        engine = database.engine(self.settings, role)
        try:
            with engine.connect() as connection:
                return list(connection.execute(sa.text(query), parameters))
        finally:
            engine.dispose()

    def change(self, *statements: str) -> None:
        engine = database.engine(self.settings)
        try:
            with engine.begin() as connection:
                for statement in statements:
                    connection.execute(sa.text(statement))
        finally:
            engine.dispose()

    def expected(self, name: str) -> list[dict[str, str]]:
        with (self.programme / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def workbook(self, submission_id: str) -> Path:
        (path,) = self.settings.feedback.glob(f"*/{submission_id}_??.xlsx")
        return path

    def answers(self) -> dict[str, bytes]:
        """Everything partners got and get, by its path below the state."""
        folders = (self.settings.feedback, self.settings.outbox)
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.state)): path.read_bytes() for path in files}

    def copy(self, folder: Path) -> Sample:
        """The same programme and warehouse once more, to do with as one likes: its database is cloned."""
        self.copies += 1
        name, administrator = f"copy_{self.copies}", database.url(self.settings)
        elsewhere = database.plain(administrator.set(database="postgres"))  # nobody may be in what is cloned
        with psycopg.connect(elsewhere, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
                [administrator.database],
            )
            connection.execute(f"create database {name} template {administrator.database}")
        for part in ("secrets", "archive", "feedback", "outbox"):
            shutil.copytree(self.state / part, folder / "state" / part)
        shutil.copytree(self.programme, folder / "programme")
        address = database.plain(administrator.set(database=name))
        return Sample(self.name, folder / "programme", folder / "state", self.server, address)
