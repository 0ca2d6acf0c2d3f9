"""What the tables that are not dbt's are entered in, by the names their keys and indexes get."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def text(name: str, **options: object) -> sa.Column[Any]:
    """A column of text."""
    return sa.Column(name, sa.Text, **options)  # type: ignore[arg-type]
