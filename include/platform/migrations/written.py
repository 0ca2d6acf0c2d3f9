"""What migrations write more than once. Nothing here may change what a migration did that has run somewhere."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

Type = sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]]
Columns = list[sa.Column[Any]]

MOMENT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
TEXTS = postgresql.ARRAY(sa.Text())
NOW, FALSE = sa.text("now()"), sa.text("false")


def required(kind: Type, *names: str, default: sa.TextClause | str | None = None, **options: Any) -> Columns:
    """Columns of one kind that are never empty."""
    return [sa.Column(name, kind, server_default=default, nullable=False, **options) for name in names]


def optional(kind: Type, *names: str, comment: str | None = None) -> Columns:
    """Columns of one kind that may be empty."""
    return [sa.Column(name, kind, nullable=True, comment=comment) for name in names]


def create_table(
    schema: str,
    name: str,
    *columns: Columns,
    key: tuple[str, ...] = (),
    unique: tuple[str, ...] = (),
    comment: str | None = None,
) -> None:
    """A table with the columns in their order, and the primary key and the unique columns that are named."""
    parts: list[sa.schema.SchemaItem] = [column for alike in columns for column in alike]
    if key:
        parts.append(sa.PrimaryKeyConstraint(*key, name=op.f(f"{name}_pkey")))
    if unique:
        parts.append(sa.UniqueConstraint(*unique, name=op.f("_".join((name, *unique, "key")))))
    op.create_table(name, *parts, schema=schema, comment=comment)


def add_columns(table: str, columns: Columns) -> None:
    """More columns of a table of schema ``ops``."""
    for column in columns:
        op.add_column(table, column, schema="ops")


def create_index(schema: str, table: str, *columns: str, where: str | None = None) -> None:
    """An index with the name that ``drop_index`` knows it by; of the rows alone that ``where`` holds for."""
    condition = sa.text(where) if where else None
    op.create_index(_index(table, columns), table, list(columns), schema=schema, postgresql_where=condition)


def drop_index(schema: str, table: str, *columns: str) -> None:
    """The reverse of ``create_index``."""
    op.drop_index(_index(table, columns), table_name=table, schema=schema)


def drop_tables(schema: str, *names: str) -> None:
    """The tables, in this order."""
    for name in names:
        op.drop_table(name, schema=schema)


def comment_on(table: str, column: str, comment: str | None, before: str | None = None) -> None:
    """Another comment of a required text column of schema ``ops``."""
    op.alter_column(
        table,
        column,
        existing_type=sa.Text(),
        comment=comment,
        existing_comment=before,
        existing_nullable=False,
        schema="ops",
    )


def finding_table(name: str, comment: str | None = None) -> None:
    """What rules find, with the indexes of the first migration."""
    create_table(
        "ops",
        name,
        required(sa.Text, "submission_id", "rule", "severity", "sheet"),
        optional(sa.Integer, "row_number", comment="as the partner sees it"),
        optional(sa.Text, "column_name"),
        optional(sa.Text, "cell", comment="address in the partner's file, such as D17"),
        optional(sa.Text, "value", comment="as received"),
        required(sa.Boolean, "waived", default=FALSE),
        optional(sa.Text, "enterprise_ref", comment="of the row, for waivers"),
        comment=comment,
    )
    create_index("ops", name, "rule", "submission_id")
    create_index("ops", name, "submission_id", "sheet", "row_number")


def drop_finding_table(name: str) -> None:
    """The reverse of ``finding_table``."""
    drop_index("ops", name, "submission_id", "sheet", "row_number")
    drop_index("ops", name, "rule", "submission_id")
    drop_tables("ops", name)


def headline_change_table() -> None:
    """The headline figures that a switch changed, from 0009 to 0011."""
    figure = ("night_id", "period", "scope_type", "scope_code", "kpi")
    create_table(
        "ops",
        "headline_change",
        required(sa.Text, "night_id", comment="the night whose switch changed the figure"),
        required(sa.Text, *figure[1:]),
        optional(sa.Numeric, "old_value", comment="unique_value before; empty where there was no figure"),
        optional(sa.Numeric, "new_value", comment="unique_value now; empty where there is no figure any more"),
        optional(sa.Numeric, "old_valid", comment="valid before"),
        optional(sa.Numeric, "new_valid", comment="valid now"),
        key=figure,
        comment="headline figures that a night's switch changed, recorded in the same transaction",
    )


def _index(table: str, columns: tuple[str, ...]) -> str:
    return op.f("_".join((table, *columns, "idx")))
