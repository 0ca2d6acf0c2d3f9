"""dbt's view of the tables that are not dbt's, written from the same definitions the tables are made of.

``python -m include.stage5_transformation.sources`` writes ``models/staging/_sources.yml``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.dialects import postgresql

from include.platform import tables

SOURCES_FILE = Path(__file__).parents[2] / "dbt_project" / "models" / "staging" / "_sources.yml"

_HEAD = "# Written by include/stage5_transformation/sources.py from include/platform/tables.py; not edited by hand.\n"

_SCHEMAS = {
    "registry": "The programme office's registry, replaced as a whole when it changed.",
    "ops": "How the pipeline itself is doing: nights, deliveries, findings.",
    "raw": "What partners sent, as read; every data row of every version.",
}

#: Table -> when its last row came and how old that may be, in hours: a night a day, some delivery every semester.
_FRESHNESS = {
    "ops.night": ("started_at", 26, 74),
    "ops.submission": ("received_at", 24 * 190, 24 * 370),
}


def render() -> str:
    """Text of the sources file: schemas ``registry``, ``ops`` and ``raw`` with all their tables and columns."""
    by_schema: dict[str, list[sa.Table]] = {}
    for table in tables.metadata.sorted_tables:
        by_schema.setdefault(str(table.schema), []).append(table)
    sources = [
        {
            "name": schema,
            "schema": schema,
            "description": description,
            "tables": [_table(table) for table in sorted(by_schema[schema], key=lambda table: table.name)],
        }
        for schema, description in _SCHEMAS.items()
    ]
    document = {"version": 2, "sources": sources}
    return _HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=118)


def _table(table: sa.Table) -> dict[str, object]:
    described: dict[str, object] = {"name": str(table.name)}
    if str(table) in _FRESHNESS:
        field, warn_after, error_after = _FRESHNESS[str(table)]
        limits = {"warn_after": warn_after, "error_after": error_after}
        freshness = {name: {"count": hours, "period": "hour"} for name, hours in limits.items()}
        described["config"] = {"loaded_at_field": field, "freshness": freshness}
    return described | {"columns": [_column(column) for column in table.columns]}


def _column(column: sa.Column[Any]) -> dict[str, object]:
    data_type = column.type.compile(postgresql.dialect()).lower()  # type: ignore[no-untyped-call]
    described: dict[str, object] = {"name": str(column.name), "data_type": data_type}
    return described | ({"description": column.comment} if column.comment else {})


if __name__ == "__main__":
    SOURCES_FILE.write_text(render(), encoding="utf-8")
