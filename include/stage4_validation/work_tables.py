"""The night's rows with everything a rule has to know of them, one unlogged table a sheet in ``work``.

What takes a look at other rows (repeats, keys, known enterprises) or at reference figures is worked out here, once;
the rules of ``expectations/`` are then plain conditions on one row.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from include.contract import Sheet, load_contract
from include.platform.statements import beside
from include.platform.tables import raw

_SQL = beside(__file__)

#: What stands where a data row has its enterprise_ref (R05), alone or before more text, as codes are read.
TOTAL_WORDS = (
    "TOTAL",
    "TOTALES",
    "TOTAL GENERAL",
    "SUBTOTAL",
    "SUBTOTALES",
    "SUMA",
    "SUM",
    "SOMA",
    "NOTA",
    "NOTE",
    "FUENTE",
    "FONTE",
    "SOURCE",
    "FIRMA",
    "ASSINATURA",
    "ELABORADO POR",
    "REVISADO POR",
    "APROBADO POR",
    "APROVADO POR",
    "PREPARED BY",
)


def is_total(sheet: Sheet) -> str:
    """SQL: the row is a total, a note or a signature (R05). A descriptive cell that cannot be read counts as empty."""
    others = [c for c in sheet.columns if c.type in ("code", "date") and c.key != "enterprise_ref"]
    telling = ["enterprise_ref", *(column.key for column in others if not column.is_descriptive)]
    words = f"coalesce(enterprise_ref ~ '^({'|'.join(TOTAL_WORDS)})([ :]|[.: ]*$)', true)"
    blank = f"num_nonnulls({', '.join(c.key for c in others)}) = 0 and not unread && array[{_quoted(telling)}]"
    return f"({blank} and {words})"


def make_cover_table(connection: sa.Connection) -> None:
    """``work.cover``: one row a submission whose file could be read, with what its enterprises sheet amounts to."""
    columns = ", ".join(f"c.{column.name}" for column in raw["cover"].columns if column.name != "submission_id")
    _create(connection, "cover", _SQL.text("cover", columns=columns, is_total=_is_total_enterprise()))


def make_judged_sheets(connection: sa.Connection) -> None:
    """``work.judged_sheet``, the sheets of rows that can be judged, and the enterprises that other sheets look up.

    Left out are submissions and sheets with an unwaived finding that hides rows, as F03 or F06.
    """
    hiding = {name: _quoted(load_contract().rule_lists[name]) for name in ("hide_rows", "hide_sheet")}
    _create(connection, "judged_sheet", _SQL.text("judged_sheet", **hiding))
    _create(connection, "listed_enterprise", _SQL.text("listed_enterprise", is_total=_is_total_enterprise()))


def make_row_table(connection: sa.Connection, sheet: Sheet) -> None:
    """``work.<sheet>``: the sheet's rows in ``work.judged_sheet``, with what its rules have to know of them.

    Reads no other sheet's table.
    """
    columns = ", ".join(column.key for column in sheet.columns)
    rows = _SQL.text(
        "rows",
        sheet=sheet.key,
        columns=columns,
        columns_read=f"{columns}, tax_id_is_valid" if sheet.key == "enterprises" else columns,
        total_or_note=is_total(sheet),
        required_keys=", ".join(key for key in sheet.key_columns if sheet.by_key[key].required),
        keys=", ".join(sheet.key_columns),
        quoted_keys=_quoted(sheet.key_columns),
    )
    if sheet.kind == "detail":
        rows = _SQL.text("of_detail", rows=f"({rows})")
    if sheet.key in _PIECES:
        rows = _SQL.text(f"of_{sheet.key}", rows=f"({rows}) as rows", **_PIECES[sheet.key])
    _create(connection, sheet.key, rows)


def _create(connection: sa.Connection, name: str, select: str) -> None:
    connection.execute(sa.text(f"drop table if exists work.{name} cascade"))
    # text() would take "::" for nothing but a ":name" for a parameter; there are none here
    connection.execute(sa.text(f"create unlogged table work.{name} as {select}"))
    # Tables are joined by these alone; figures on forty other columns cost as much as the table itself.
    connection.execute(sa.text(f"analyze work.{name} (submission_id{_JOINED_BY.get(name, ', row_number')})"))


_JOINED_BY = {"judged_sheet": ", sheet", "listed_enterprise": ", enterprise_ref"}


def _is_total_enterprise() -> str:
    return is_total(load_contract().sheets["enterprises"])


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _folded(expression: str) -> str:
    """SQL: text compared without case and accents."""
    return rf"lower(regexp_replace(normalize({expression}, nfd), '[\u0300-\u036f]', '', 'g'))"


#: Sheets whose rows stand beside reference figures, and the pieces of SQL for that.
_PIECES: dict[str, dict[str, str]] = {
    "enterprises": {
        "folded_name": _folded("keyed.territory_name"),
        "folded_known_name": _folded("territory.name"),
    },
    "standards": {},
    "sales": {
        f"{what}_of_{window}": _SQL.text(f"{what}_of_window", window=window)
        for what in ("index", "rate")
        for window in ("baseline", "current")
    },
}
