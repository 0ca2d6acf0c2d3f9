"""Which sheet is which, where the header stands, what the cover says.

``submission.md``: Reading a sheet; F03, F06 to F11.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracle.cells import BLANK, Grid
from tests.oracle.contract import load_contract
from tests.oracle.model import Cover, Finding, Row, Sheet
from tests.oracle.text import clean, fold, label_key
from tests.oracle.values import EMPTY, Value, read_value

#: What R05 takes for the reference of a total, a note or a signature.
TOTAL_WORDS = {"total", "totales", "total general", "suma", "sum", "soma", "nota", "note", "firma", "assinatura"}


@dataclass
class Layout:
    """A file's sheets and what is wrong with its form."""

    cover: Cover | None = None
    sheets: dict[str, Sheet] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def lay_out(book: list[tuple[str, Grid]]) -> Layout:
    """Recognise sheets and columns; the first sheet of a kind counts, a blank one is absent."""
    contract = load_contract()
    layout = Layout()
    grids: dict[str, Grid] = {}
    for name, grid in book:
        if all(cell.blank for row in grid for cell in row):
            continue
        key = contract.sheet_labels.get(label_key(name))
        if key is None or key in grids:
            layout.findings.append(Finding("F09", "warning", "file"))
        else:
            grids[key] = grid
    if "cover" in grids:
        layout.cover = _read_cover(grids["cover"])
    if "enterprises" not in grids:
        layout.findings.append(Finding("F06", "critical", "file"))
    for key in contract.optional_sheets:
        if key not in grids:
            layout.findings.append(Finding("F10", "warning", key))
    mark = layout.cover.read("decimal_mark") if layout.cover else None
    for key, grid in grids.items():
        if key != "cover":
            layout.sheets[key] = _read_sheet(key, grid, mark, layout.findings)
    enterprises = layout.sheets.get("enterprises")
    if enterprises and enterprises.judged and all(row.total for row in enterprises.rows):
        excused = layout.cover is not None and layout.cover.read("nothing_to_report") is True
        if not excused:
            layout.findings.append(Finding("F11", "critical", "enterprises"))
    return layout


def _read_cover(grid: Grid) -> Cover:
    labels = load_contract().column_labels["cover"]
    cover = Cover({}, {}, {})
    for number, row in enumerate(grid, start=1):
        key = labels.get(label_key(row[0].as_text())) if row and not row[0].blank else None
        if key is None or key in cover.rows:
            continue
        cover.rows[key] = number
        cover.cells[key] = row[1] if len(row) > 1 else BLANK
        column = load_contract().column("cover", key)
        value = read_value(cover.cells[key], column)
        if key == "decimal_mark" and value.read not in (None, ",", "."):
            value = Value(None, "C05", value.received)
        cover.values[key] = value
    return cover


def _header_row(key: str, grid: Grid) -> int | None:
    """The first of 20 rows that names two thirds of the required columns."""
    contract = load_contract()
    required = {c.key for c in contract.columns[key] if c.required}
    labels = contract.column_labels[key]
    for index, row in enumerate(grid[:20]):
        named = {labels.get(label_key(cell.as_text())) for cell in row if not cell.blank}
        if 3 * len(named & required) >= 2 * len(required):
            return index
    return None


def _read_sheet(key: str, grid: Grid, mark: str | None, findings: list[Finding]) -> Sheet:
    contract = load_contract()
    required = [c.key for c in contract.columns[key] if c.required]
    header = _header_row(key, grid)
    if header is None:
        findings += [Finding("F07", "critical", key, None, name) for name in required]
        return Sheet(key, [], [], judged=False)
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(grid[header]):
        if cell.blank:
            continue
        name = contract.column_labels[key].get(label_key(cell.as_text()))
        if name is None:
            findings.append(Finding("F09", "warning", key))
        else:
            places.setdefault(name, []).append(index)
    broken = [name for name in required if name not in places]
    broken += [name for name, indexes in places.items() if len(indexes) > 1]
    findings += [Finding("F07", "critical", key, None, name) for name in broken]
    rows = []
    for number, row in enumerate(grid[header + 1 :], start=header + 2):
        if all(cell.blank for cell in row):
            continue
        values = {}
        for name, indexes in places.items():
            cell = row[indexes[0]] if indexes[0] < len(row) else BLANK
            values[name] = read_value(cell, contract.column(key, name), mark)
        item = Row(key, number, values)
        item.total = _is_total(item)
        rows.append(item)
    return Sheet(key, list(places), rows, judged=not broken)


def _is_total(row: Row) -> bool:
    """R05: no reference, or a total's name, and every other code and date column empty."""
    reference = row.value("enterprise_ref")
    if reference.rule is not None:
        return False
    word = fold(clean(str(reference.read or "")).rstrip(":. "))
    if not reference.empty and word not in TOTAL_WORDS:
        return False
    columns = load_contract().columns[row.sheet]
    others = [c.key for c in columns if c.type in ("code", "date") and c.key != "enterprise_ref"]
    return all(row.values.get(name, EMPTY).empty for name in others)
