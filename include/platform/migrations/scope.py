"""What migrations look after: the tables of ``tables.py``. Schemas and roles are ``roles.py``'s business."""

from __future__ import annotations

from collections.abc import Mapping

from include.platform.tables import metadata

#: Where Alembic keeps the version of the tables.
VERSION_TABLE, VERSION_SCHEMA = "alembic_version", "ops"

#: The schemas whose tables migrations make; those of ``work`` live for a night.
SCHEMAS = {table.schema for table in metadata.tables.values()}


def include_name(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Whether autogenerate looks at this schema or table."""
    if kind == "schema":
        return name in SCHEMAS
    return not (kind == "table" and name == VERSION_TABLE and parents.get("schema_name") == VERSION_SCHEMA)
