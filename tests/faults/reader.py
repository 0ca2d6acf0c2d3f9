"""A reader of the marts who looks all the time, also while the server is away."""

from __future__ import annotations

import threading
from contextlib import suppress

import psycopg

from include.platform import database
from include.platform.errors import PlatformError
from include.platform.settings import Settings

PAUSE_SECONDS = 0.3


class Reader(threading.Thread):
    """Looks at all marts in one transaction, again and again, and keeps what it saw in the order of its sight."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self._enough = threading.Event()
        self.seen: list[str] = []

    def run(self) -> None:
        """Look until told that it is enough."""
        while not self._enough.wait(PAUSE_SECONDS):
            with suppress(psycopg.OperationalError, PlatformError):  # the server is away
                self.look()

    def look(self) -> str:
        """One look; returns a hash of every row of every mart but the one that tells when the nights were."""
        address = database.plain(database.url(self._settings, "bi_reader"))
        with psycopg.connect(address, connect_timeout=5) as connection:
            tables = connection.execute(
                "select tablename from pg_tables where schemaname = 'marts' and tablename <> 'load_status' order by 1"
            ).fetchall()
            queries = [
                f"select '{name}' as name, md5(string_agg(t::text, ',' order by t::text)) as mart from marts.{name} t"
                for (name,) in tables
            ]
            every = " union all ".join(queries)
            found = connection.execute(
                f"select md5(string_agg(name || coalesce(mart, ''), ',' order by name)) from ({every}) as m"
            ).fetchone()
        sight = str(found and found[0])
        if not self.seen or self.seen[-1] != sight:
            self.seen.append(sight)
        return sight

    def stop(self) -> list[str]:
        """What was seen, each change once, ended by a last look if there is anything to look at."""
        self._enough.set()
        self.join()
        with suppress(psycopg.OperationalError, PlatformError):
            self.look()
        return self.seen
