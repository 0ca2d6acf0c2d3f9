"""One step of a night at a time, whichever night, process or machine it is of.

Nights may overlap: one that is late still builds while the next one takes deliveries, and two may be started at once.
Their steps then take turns, so that no build reads findings half replaced and no night judges in another one's tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

#: Any number, the same for all steps; an advisory lock of the warehouse's database.
_KEY = 0x616C696E76


@contextmanager
def turn(engine: sa.Engine) -> Iterator[None]:
    """Wait until no other step is at work, and keep others waiting; a turn cannot be taken within a turn.

    The lock is that of a connection: the database gives it back when the process dies. Raises
    sqlalchemy.exc.OperationalError where the connection is lost while it waits.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(_KEY)))
        try:
            yield
        finally:
            if not connection.invalidated and not connection.closed:
                _give_back(connection)


def _give_back(connection: sa.Connection) -> None:
    try:
        connection.execute(sa.select(sa.func.pg_advisory_unlock(_KEY)))
    except sa.exc.DBAPIError:
        connection.invalidate()  # the lock went with the connection
