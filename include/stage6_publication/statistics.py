"""Statistics and visibility of published tables: the night's own work, whatever autovacuum finds time for.

Without statistics the next switch joins whole tables row by row, and without a vacuum a question that an index could
answer reads the table all the same.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.statements import beside

_SQL = beside(__file__)


def refresh(engine: sa.Engine, *schemas: str) -> list[str]:
    """Vacuum and analyse the role's own tables in ``schemas`` that changed since they last were; returns their names.

    Readers and writers go on meanwhile; autovacuum gives way.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        changed = [str(name) for name in connection.scalars(_SQL("changed"), {"schemas": list(schemas)})]
        if changed:
            connection.execute(sa.text(f"vacuum (analyze) {', '.join(changed)}"))
    return changed


def ensure(connection: sa.Connection, *schemas: str) -> None:
    """Analyse tables that have rows and were never analysed: after a restore, or where a night ended too early."""
    for table in connection.scalars(_SQL("unknown"), {"schemas": list(schemas)}).all():
        connection.execute(sa.text(f"analyze {table}"))
