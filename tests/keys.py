"""Keys of the marts that lead nowhere."""

from __future__ import annotations

import sqlalchemy as sa


def lost_keys(connection: sa.Connection, marts: str = "marts", restricted: str = "restricted") -> list[str]:
    """Table and column of every mart with keys that lead to no row of ``dim_enterprise`` or ``restricted.enterprise``.

    A mart's history is left alone: a figure of then may know an enterprise whose delivery was withdrawn since.
    """
    columns = connection.execute(
        sa.text("""
        select table_name, column_name from information_schema.columns
        where table_schema = :marts and column_name like '%enterprise_key' and table_name not like '%\\_history'
            or table_schema = :marts and table_name = 'dim_enterprise_history' and column_name = 'enterprise_key'
        """),
        {"marts": marts},
    ).all()
    assert len(columns) > 10
    lost = []
    for table, column in columns:
        for known in (f"{marts}.dim_enterprise", f"{restricted}.enterprise"):
            query = f"""
                select count(distinct {column}) from {marts}.{table} as t
                where {column} is not null
                and not exists (select 1 from {known} as known where known.enterprise_key = t.{column})
            """
            if count := connection.scalar(sa.text(query)):
                lost.append(f"{count} keys of {table}.{column} are not in {known}")
    return lost
