"""Which sheet is which, where the header stands, what the cover says.

``submission.md``: Reading a sheet; F03, F06 to F11.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracle.cells import BLANK, Cell, Grid
from tests.oracle.containers import Page, Range
from tests.oracle.contract import Column, load_contract
from tests.oracle.model import Cover, Finding, Row, Sheet
from tests.oracle.text import clean, fold, is_empty, label_key
from tests.oracle.values import EMPTY, Value, proved_mark, read_value

#: What R05 takes for the reference of a total, a note or a signature, or for its beginning.
TOTAL_WORDS = ["total", "totales", "total general", "subtotal", "subtotales", "suma", "sum", "soma", "nota", "note"]
TOTAL_WORDS += ["fuente", "fonte", "source", "firma", "assinatura"]
TOTAL_WORDS += ["elaborado por", "revisado por", "aprobado por", "aprovado por", "prepared by"]


@dataclass
class Layout:
    """A file's sheets and what is wrong with its form."""

    cover: Cover | None = None
    sheets: dict[str, Sheet] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def lay_out(book: list[Page]) -> Layout:
    """Recognise sheets and columns; of a kind the first visible sheet counts, a blank one is absent."""
    contract = load_contract()
    layout = Layout()
    pages: dict[str, Page] = {}
    filled = [page for page in book if not all(cell.blank for row in page.grid for cell in row)]
    for page in sorted(filled, key=lambda page: page.hidden):
        labels = (contract.sheet_labels.get(label_key(name)) for name in page.names)
        key = next(filter(None, labels), None)
        if key is None or key in pages:
            layout.findings.append(Finding("F09", "warning", "file"))
        else:
            pages[key] = page
    grids = {key: page.grid for key, page in pages.items()}
    if "cover" in grids:
        layout.cover = _read_cover(grids["cover"])
    if "enterprises" not in grids:
        layout.findings.append(Finding("F06", "critical", "file"))
    for key in contract.optional_sheets:
        if key not in grids:
            layout.findings.append(Finding("F10", "warning", key))
    mark = layout.cover.read("decimal_mark") if layout.cover else None
    tables = {}
    for key in grids:
        if key != "cover":
            tables[key] = _table(key, pages[key], layout.findings)
    proved = {proved_mark(cell, column) for table in tables.values() for cell, column in table.numbers()}
    if mark and ({",": ".", ".": ","}[mark] in proved):
        mark = None
    for key, table in tables.items():
        layout.sheets[key] = table.read(mark)
        layout.findings += table.without_label(layout.sheets[key])
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


@dataclass
class Table:
    """A sheet with its header found: the columns, and the cells of every row that is not blank."""

    key: str
    places: dict[str, int]
    rows: list[tuple[int, list[Cell]]]
    judged: bool
    #: places of the header's empty cells, and of those beyond its end (in CSV: fields it has)
    unlabelled: set[int] = field(default_factory=set)
    #: fields of a CSV header; of a workbook none
    width: int | None = None

    def cell(self, row: list[Cell], name: str) -> Cell:
        """The cell of a column in a row."""
        return row[self.places[name]] if self.places[name] < len(row) else BLANK

    def numbers(self) -> list[tuple[Cell, Column]]:
        """The cells of columns of numbers."""
        columns = [load_contract().column(self.key, name) for name in self.places]
        return [
            (self.cell(row, column.key), column)
            for column in columns
            if column.type in ("integer", "decimal")
            for _, row in self.rows
        ]

    def read(self, mark: str | None) -> Sheet:
        """The rows as read with the decimal mark of the file."""
        rows = []
        for number, cells in self.rows:
            values = {}
            for name in self.places:
                column = load_contract().column(self.key, name)
                values[name] = read_value(self.cell(cells, name), column, mark)
            item = Row(self.key, number, values)
            item.total = _is_total(item)
            item.slipped = self.width is not None and any(not cell.blank for cell in cells[self.width :])
            rows.append(item)
        return Sheet(self.key, list(self.places), rows, judged=self.judged)

    def without_label(self, sheet: Sheet) -> list[Finding]:
        """Columns without a label that hold values in data rows: F12 where a column of the contract is missing."""
        missing = any(column.key not in self.places for column in load_contract().columns[self.key])
        numbers = {row.number for row in sheet.rows if not row.total}
        held = {
            place
            for number, cells in self.rows
            if number in numbers
            for place, cell in enumerate(cells)
            if place in self.unlabelled and not cell.blank and not is_empty(cell.as_text())
        }
        return [Finding("F12", "critical", self.key) if missing else Finding("F09", "warning", self.key) for _ in held]


def _table(key: str, page: Page, findings: list[Finding]) -> Table:
    grid, merged = page.grid, page.merged
    contract = load_contract()
    required = [c.key for c in contract.columns[key] if c.required]
    header = _header_row(key, grid)
    if header is None:
        findings += [Finding("F07", "critical", key, None, name) for name in required]
        return Table(key, {}, [], judged=False)
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
    rows = [
        (number, list(row))
        for number, row in enumerate(grid[header + 1 :], start=header + 2)
        if not all(cell.blank for cell in row)
    ]
    if key != "enterprises" and "enterprise_ref" in places:
        _lend(rows, places["enterprise_ref"][0], header + 1, merged)
    widest = max(len(row) for row in grid[header:])
    width = len(grid[header]) if page.is_csv else None
    unlabelled = {place for place in range(width or widest) if place >= len(grid[header]) or grid[header][place].blank}
    columns = {name: indexes[0] for name, indexes in places.items()}
    return Table(key, columns, rows, not broken, unlabelled, width)


def _lend(rows: list[tuple[int, list[Cell]]], place: int, header: int, merged: list[Range]) -> None:
    """A range merged down the references gives its value to each of its rows (C09)."""
    by_number = dict(rows)
    for first, column, last in merged:
        if column != place + 1 or first <= header or first not in by_number:
            continue
        top = by_number[first][place]
        for number, row in rows:
            if first < number <= last and not top.blank:
                row[place] = Cell(top.kind, top.value, top.zeros, lent=True)


def _is_total(row: Row) -> bool:
    """R05: no reference, or a total's name, and every other code and date column empty."""
    reference = row.value("enterprise_ref")
    if reference.rule is not None:
        return False
    word = fold(clean(str(reference.read or "")))
    if not reference.empty and not any(
        word.rstrip(":. ") == known or word.startswith((known + " ", known + ":")) for known in TOTAL_WORDS
    ):
        return False
    columns = load_contract().columns[row.sheet]
    others = [c for c in columns if c.type in ("code", "date") and c.key != "enterprise_ref"]
    return all(row.values.get(c.key, EMPTY).counts_as_empty(c) for c in others)
