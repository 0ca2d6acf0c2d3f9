"""dbt's connections, kept from one node to the next.

dbt closes the connection after every model and test. A new one costs the server a process, a password check and a
catalogue read anew: with two hundred nodes of a few milliseconds each, more than what they do.
"""

from __future__ import annotations

from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.postgres import PostgresAdapter
from dbt.adapters.postgres.connections import PostgresConnectionManager


class KeptConnections(PostgresConnectionManager):
    """One connection a thread for a whole run; each node finds it as a new one would be."""

    def release(self) -> None:
        """End the node's transaction and drop its temporary tables; close only what is not in order."""
        connection = self.get_if_exists()
        if connection is None:
            return
        if connection.state != ConnectionState.OPEN:
            super().release()
            return
        try:
            connection.handle.rollback()
            with connection.handle.cursor() as cursor:
                cursor.execute("discard temp")
            connection.handle.commit()
            connection.transaction_open = False
        except Exception:  # the server, or the network to it, has ended it
            super().release()


def keep_connections() -> None:
    """Let every run of dbt in this process keep its connections."""
    PostgresAdapter.ConnectionManager = KeptConnections
