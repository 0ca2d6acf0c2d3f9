"""The database sessions that a build's statements run in."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings

#: The planner takes the columns a report is known by for independent ones: left alone it joins millions of rows row by
#: row, or sorts them by four texts. A build in part finds its rows by index all the same, because every input is
#: filtered by constants, and hashes what it found.
OPTIONS = "-c enable_nestloop=off -c enable_mergejoin=off -c jit=off -c work_mem=64MB"
#: Nodes at work beside each other, each on a connection of its own.
THREADS = 3


def is_distributed(settings: Settings) -> bool:
    """Whether the warehouse is a database that spreads tables over nodes (docs/scale.md)."""
    with database.connected(settings, "transformer") as connection:
        return bool(connection.scalar(sa.text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")))
