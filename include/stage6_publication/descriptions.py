"""What the tables say of themselves that publication adds to the marts: comments, which BI tools show."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
import yaml

from include.platform.settings import PROJECT_ROOT
from include.stage6_publication.relations import VIEW

#: The words, where dbt's documentation and the data dictionary find them, too.
_WORDS = PROJECT_ROOT / "dbt_project" / "models" / "marts" / "record" / "_record.yml"


def describe_record(connection: sa.Connection) -> None:
    """Give every table of the record its comments, and those of the mart whose columns it has, where they differ."""
    for table in _tables():
        name = f"marts.{table['name']}"
        kind = _kind(connection, name)
        if kind is None:  # what shows the past of a mart is made when the mart is
            continue
        wanted = {column["name"]: column["description"] for column in table["columns"]}
        mart = table.get("meta", {}).get("columns_of")
        if mart:
            wanted = _comments(connection, f"marts.{mart}") | wanted
        wanted[None] = table["description"]
        present = _comments(connection, name)
        for column, said in wanted.items():
            text = " ".join(str(said).split())
            if text != present.get(column):
                subject = f'column {name}."{column}"' if column else f"{kind} {name}"
                literal = text.replace("'", "''").replace("%", "%%")
                connection.exec_driver_sql(f"comment on {subject} is '{literal}'")


@cache
def _tables() -> list[dict[str, Any]]:
    (source,) = yaml.safe_load(_WORDS.read_text("utf-8"))["sources"]
    return list(source["tables"])


def _kind(connection: sa.Connection, name: str) -> str | None:
    """``table`` or ``view``; None where there is none of this name."""
    kind = connection.scalar(sa.text("select relkind from pg_class where oid = to_regclass(:name)"), {"name": name})
    return kind and ("view" if kind == VIEW else "table")


def _comments(connection: sa.Connection, table: str) -> dict[str | None, str]:
    """Column -> comment; None for that of the table."""
    rows = connection.execute(
        sa.text("""
        select a.attname, c.description
        from pg_description as c
        left join pg_attribute as a on a.attrelid = c.objoid and a.attnum = c.objsubid and c.objsubid > 0
        where c.objoid = to_regclass(:table) and c.classoid = 'pg_class'::regclass
        """),
        {"table": table},
    )
    return {column: str(said) for column, said in rows.tuples()}
