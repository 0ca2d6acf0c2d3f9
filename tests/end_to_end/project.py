"""The project as its users run it: make targets on a STATE of their own."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from include.platform.settings import PROJECT_ROOT

#: Longest a target may take before the test gives up on it, in seconds; not a measure of speed.
PATIENCE_SECONDS = 900


@dataclass
class Project:
    """Make targets with the same variables each time."""

    state: Path
    variables: dict[str, str] = field(default_factory=dict)

    def make(self, target: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one target; with ``check``, a failure shows what it printed."""
        command, env = self.command(target, **variables)
        done = subprocess.run(
            command,
            cwd=PROJECT_ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            umask=0,  # what is written is closed to others all the same
        )
        if check:
            assert done.returncode == 0, f"make {target} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def command(self, target: str, **variables: str) -> tuple[list[str], dict[str, str]]:
        """The command line of one target and the environment to run it in."""
        given = {"STATE": str(self.state), **self.variables, **variables}
        hidden = ("STATE", "INBOX", "REGISTRY", "WAREHOUSE_URL", "AS_OF", "ROLE", "SIZE", "LANGUAGE")
        of_outer_make = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")  # make says which folder it enters where another calls it
        env = {name: value for name, value in os.environ.items() if name not in hidden + of_outer_make}
        env.setdefault("WAREHOUSE_TOML", os.devnull)
        return ["make", target, *(f"{name}={value}" for name, value in given.items())], env

    def engine(self, role: str = "") -> sa.Engine:
        """An engine on what ``make url`` prints."""
        printed = self.make("url", **({"ROLE": role} if role else {})).stdout
        assert printed.count("\n") == 1, printed
        return sa.create_engine(printed.strip().replace("postgresql://", "postgresql+psycopg://", 1))

    def marts(self) -> dict[str, list[tuple]]:
        """Every row of every mart with the transaction that wrote it: a row that was rewritten counts as changed."""
        tables = self.rows("select tablename from pg_tables where schemaname = 'marts' order by 1")
        engine = self.engine()
        with engine.connect() as connection:
            marts = {
                table: [
                    tuple(row)
                    for row in connection.execute(
                        sa.text(f'select m.xmin::text, m::text from marts."{table}" as m order by 2')
                    )
                ]
                for (table,) in tables
            }
        engine.dispose()
        return marts

    def rows(self, query: str, role: str = "") -> list[tuple]:
        engine = self.engine(role)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(sa.text(query))]
        finally:
            engine.dispose()
