"""PostgreSQL's own client programs, ``pg_dump`` and ``pg_restore``, on a database of the warehouse's server."""

from __future__ import annotations

import os
import subprocess

import sqlalchemy as sa

from include.platform import postgres
from include.platform.errors import PlatformError
from include.platform.settings import Settings


def run(settings: Settings, program: str, address: sa.URL, *arguments: str) -> str:
    """Run one as whoever ``address`` says; returns what it printed. The password goes by environment.

    Raises PlatformError with the last line of what it complained of.
    """
    place = {
        "PGHOST": address.host or "",
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username or "",
        "PGPASSWORD": str(address.password or ""),
        "PGDATABASE": address.database or "",
        **({"PGSSLMODE": str(address.query["sslmode"])} if "sslmode" in address.query else {}),
    }
    done = subprocess.run(
        [str(postgres.Server(settings).binaries / program), "--no-password", *arguments],
        env={**os.environ, **place},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise PlatformError(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no word'}")
    return done.stdout


def put_back(settings: Settings, dump: str, address: sa.URL, *arguments: str) -> None:
    """Make what a dump has in the database of ``address``, as its role, whole or not at all."""
    whole = ("--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={address.database}")
    run(settings, "pg_restore", address, *whole, *arguments, dump)
