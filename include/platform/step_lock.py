"""One step of a night at a time, whichever night, process or machine it is of.

Nights may overlap: one that is late still builds while the next one takes deliveries, and two may be started at once.
A lock then keeps their steps apart, so that no build reads findings half replaced and no night judges in another one's
tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from include.platform import readers

#: It is the lock of a table that only loader and transformer have a right to change: readers can take an advisory
#: lock as well as the pipeline can, and keep it. It conflicts with nothing else anybody does with the table.
_TAKE = sa.text("lock table ops.step_lock in exclusive mode")

#: Waiting, and holding on, take as long as a step takes, whatever the server's defaults are.
_PATIENCE = sa.text("select set_config(name, '0', true) from pg_settings where name = any(:names)")
_LIMITS = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"]


@contextmanager
def step_lock(engine: sa.Engine) -> Iterator[None]:
    """Wait until no other step is at work, and keep others waiting; the lock cannot be taken twice.

    The lock is that of a transaction which reads and writes nothing: the database gives it back when the process dies.
    Raises sqlalchemy.exc.OperationalError where the connection is lost while it waits.
    """
    connection = engine.connect()
    try:
        connection.execute(_PATIENCE, {"names": _LIMITS})
        connection.execute(_TAKE)
        with readers.out_of_the_way(engine):
            yield
    finally:
        with suppress(sa.exc.DBAPIError):  # lost meanwhile, and the lock with it
            connection.close()
