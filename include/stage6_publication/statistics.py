"""Statistics and visibility of published tables: the night's own work, whatever autovacuum finds time for.

Without statistics the next switch joins whole tables row by row, and without a vacuum a question that an index could
answer reads the table all the same.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.statements import beside

_SQL = beside(__file__)

#: Share of a table's rows that may change, in one night or in several, before it is analysed again. To analyse all that
#: a quiet night touches takes longer than to write it.
WELL_KNOWN_SHARE = 0.02


def refresh(engine: sa.Engine, *schemas: str) -> tuple[list[str], list[str]]:
    """Vacuum the role's own tables in ``schemas`` that changed since they last were, and analyse those that changed
    much; returns the names of all, and of those analysed.

    Readers and writers go on meanwhile; autovacuum gives way.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        found = connection.execute(_SQL("changed"), {"schemas": list(schemas), "share": WELL_KNOWN_SHARE}).all()
        analysed = [str(table.relation) for table in found if table.is_unknown]
        vacuumed = [str(table.relation) for table in found if not table.is_unknown]
        for statement, tables in (("vacuum (analyze)", analysed), ("vacuum", vacuumed)):
            if tables:
                connection.execute(sa.text(f"{statement} {', '.join(tables)}"))
    return sorted(analysed + vacuumed), analysed


def ensure(connection: sa.Connection, *schemas: str) -> None:
    """Analyse tables that have rows and were never analysed: after a restore, or where a night ended too early."""
    for table in connection.scalars(_SQL("unknown"), {"schemas": list(schemas)}).all():
        connection.execute(sa.text(f"analyze {table}"))
