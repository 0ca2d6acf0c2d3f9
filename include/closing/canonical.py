"""The texts whose hashes and signature a release carries, byte for byte as ``docs/record.md`` says.

Tables are lines of UTF-8, each ended by a line feed, cells parted by tabs; the first line names the columns. Numbers
are plain decimals without trailing zeros, truth is ``t`` or ``f``, an empty cell is no value. Rows are in the order of
their key, by bytes. They are what PostgreSQL's COPY writes, so that a stranger makes them with psql alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from psycopg import sql

#: Columns of the headline rows; numbers among them.
FIGURES = ("period", "scope_type", "scope_code", "kpi", "unit", "claimed", "valid", "unique_value", "evidenced")
_FIGURE_NUMBERS = frozenset(FIGURES[5:])
_FIGURE_KEY = ("scope_type", "scope_code", "kpi")
#: Columns of the rows that count.
EVIDENCE = (
    *("period", "kpi", "submission_id", "row_number", "sheet", "project_code", "enterprise_key", "contribution"),
    *("evidence_grade", "item", "sex", "age_group", "country", "pillar", "value_chain"),
    *("counts_in_programme", "counts_in_country", "counts_in_pillar", "counts_in_value_chain"),
)
_EVIDENCE_NUMBERS = frozenset({"contribution"})
_EVIDENCE_KEY = ("kpi", "submission_id", "row_number", "project_code")
_NOT_TEXT = frozenset({"row_number"})

#: First line of a release's text: a signature over it can be that of nothing else.
HEAD = "AL-INVEST Verde release, format 1"
#: Columns of ``marts.release`` in the order in which the text names them; the signature is over all of them.
SIGNED = (
    *("release", "period", "night_id", "as_of", "proposed_by", "approved_by", "approved_at", "note", "code_version"),
    *("registry_sha256", "reference_sha256", "rules_sha256", "figures_sha256", "evidence_sha256"),
)


def live_figures(connection: sa.Connection, period: str) -> bytes:
    """The headline rows of a period, of every scope, as they stand in the marts."""
    return _table(connection, _figures("kpi_headline", "period"), period)


def released_figures(connection: sa.Connection, release: str) -> bytes:
    """The same of a release."""
    return _table(connection, _figures("release_figure", "release"), release)


def live_evidence(connection: sa.Connection, period: str) -> bytes:
    """The rows that count for a period, as they stand in the marts."""
    return _table(connection, _query("counted_row", "period", EVIDENCE, _EVIDENCE_NUMBERS, _EVIDENCE_KEY), period)


def release_text(release: Mapping[str, Any]) -> bytes:
    """What is signed: a line ``name: value`` for each of SIGNED."""
    return "".join([f"{HEAD}\n", *(f"{name}: {_line(release[name])}\n" for name in SIGNED)]).encode()


def parse_release(text: bytes) -> dict[str, Any]:
    """The columns of ``marts.release`` from its text. Raises ValueError where it is none."""
    head, *lines = text.decode().split("\n")
    parts = [line.partition(": ") for line in lines[:-1]]
    if head != HEAD or tuple(part[0] for part in parts) != SIGNED or lines[-1]:
        raise ValueError("this is no text of a release")
    values: dict[str, Any] = {name: value or None for name, _, value in parts}
    values["approved_at"] = datetime.strptime(str(values["approved_at"]), _MOMENT).replace(tzinfo=UTC)
    return values


def parse_figures(text: bytes) -> list[dict[str, str | None]]:
    """The rows of a table of figures. Raises ValueError where its first line names other columns."""
    head, *lines = text.decode().splitlines()
    if tuple(head.split("\t")) != FIGURES:
        raise ValueError("these are no figures of a release")
    return [dict(zip(FIGURES, (cell or None for cell in line.split("\t")), strict=True)) for line in lines]


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def _line(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(_MOMENT)
    return " ".join(str(value).split()) if value is not None else ""


def _figures(table: str, condition: str) -> sql.Composed:
    return _query(table, condition, FIGURES, _FIGURE_NUMBERS, _FIGURE_KEY)


def _query(
    table: str, condition: str, columns: tuple[str, ...], numbers: frozenset[str], key: tuple[str, ...]
) -> sql.Composed:
    cells = [
        sql.SQL("trim_scale({0}) as {0}").format(sql.Identifier(name)) if name in numbers else sql.Identifier(name)
        for name in columns
    ]
    order = [
        sql.Identifier(name) if name in _NOT_TEXT else sql.SQL('{} collate "C"').format(sql.Identifier(name))
        for name in key
    ]
    return sql.SQL(
        "copy (select {} from marts.{} where {} = {{}} order by {})"
        " to stdout with (format csv, header, delimiter E'\\t', encoding 'UTF8')"
    ).format(sql.SQL(", ").join(cells), sql.Identifier(table), sql.Identifier(condition), sql.SQL(", ").join(order))


def _table(connection: sa.Connection, query: sql.Composed, value: str) -> bytes:
    driver: Any = connection.connection.driver_connection
    statement = sql.SQL(query.as_string()).format(sql.Literal(value))
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(piece) for piece in copy)
