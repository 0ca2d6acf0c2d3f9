"""``python -m tests.faults.victim NIGHT_ID``: one night in a process of its own, made to be disturbed.

Says on standard output which step begins, and tries again as Airflow's tasks do. Where it fails it ends with status 1,
with the reason in ``ops.night`` and on standard error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
import sqlalchemy as sa

from include.nightly.in_process import WAREHOUSE, prepared
from include.platform import causes, database, nights, processes, schema
from include.platform.nights import Night
from include.platform.settings import Settings

RETRIES = 3
PAUSE_SECONDS = 3.0
#: A server that was killed is started again: until it answers no try is spent on it, however slow the machine.
AWAY_SECONDS = 600.0


def main(night_id: str) -> int:
    """Run the night; the exit status."""
    settings = Settings.from_environment()
    schema.prepare(settings)
    for name, step in prepared(Night(night_id, settings), WAREHOUSE).items():
        print(name, flush=True)
        if reason := _try(settings, step):
            print(f"{name}: {reason}", file=sys.stderr, flush=True)
            with suppress(sa.exc.SQLAlchemyError):
                nights.close_night(database.engine(settings, "loader"), night_id, "failed", f"{name}: {reason}")
            return 1
    print("end", flush=True)
    return 0


def _try(settings: Settings, step: Callable[[], None]) -> str:
    """Why the step failed for good; empty where it was done."""
    for attempt in range(RETRIES + 1):
        try:
            step()
            return ""
        except Exception as error:
            if attempt == RETRIES or not causes.is_passing(error):
                return causes.in_words(error)
            time.sleep(PAUSE_SECONDS * 2**attempt)
            processes.wait_until(lambda: _answers(settings), AWAY_SECONDS, pause=0.5)
    return ""


def _answers(settings: Settings) -> bool:
    with suppress(psycopg.Error), psycopg.connect(database.plain(database.url(settings, "loader")), connect_timeout=5):
        return True
    return False


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
