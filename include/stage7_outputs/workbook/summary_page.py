"""The first page: what became of the delivery, why, and what to correct in which order."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from include.contract import catalogue, load_contract
from include.stage7_outputs.findings import verdict
from include.stage7_outputs.findings.groups import EXAMPLES, Group, advise
from include.stage7_outputs.workbook.inert import Properties
from include.stage7_outputs.workbook.marks import COLOURS
from include.stage7_outputs.workbook.pages import Pages

_RESULT_COLOURS = {"returned": "#FF9C9C", "accepted_with_findings": "#FFEB9C", "accepted": "#C6E0B4"}
_WRAPPED: Properties = {"text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": "#D9D9D9"}
_HEAD: Properties = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E7E6E6"}
#: Heading and width of the table's columns; examples take ``EXAMPLES`` of them.
_COLUMNS = (
    ("head.number", 5),
    ("head.severity", 13),
    ("head.sheet", 17),
    ("head.column", 24),
    ("head.wrong", 46),
    ("head.do", 46),
    ("head.found", 28),
    ("head.allowed", 40),
    ("head.nearest", 26),
    ("head.count", 13),
    *(("head.examples", 9),) * EXAMPLES,
    ("head.since", 20),
    ("head.remarks", 34),
)
_TEXT_COLUMN, _VALUE_COLUMN = 1, 3
_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "windows-1252": "Windows-1252"}
_MARKS = {",": "mark.,", ";": "mark.;", "\t": "mark.tab", "|": "mark.|"}
_LINE_POINTS, _ROW_POINTS_MAX = 15, 400


class _Lines:
    """Writes the page from top to bottom."""

    def __init__(self, worksheet: Worksheet, pages: Pages):
        self._worksheet, self._pages = worksheet, pages
        self.row = 0

    def say(self, text: str, look: Properties | None = None) -> None:
        self._write(_TEXT_COLUMN, text, look)
        self.row += 1

    def fact(self, name: str, value: str, look: Properties | None = None) -> None:
        self._write(_TEXT_COLUMN, name, {"bold": True})
        self._write(_VALUE_COLUMN, value, look)
        self.row += 1

    def _write(self, column: int, text: str, look: Properties | None) -> None:
        writer = self._pages.writer
        writer.text(self._worksheet, self.row, column, text, writer.look(look or {}))


def write_summary(worksheet: Worksheet, pages: Pages, has_sheets: bool) -> None:
    """The page; expects the partner's pages to have been written, since they leave notices."""
    reader, delivery = pages.reader, pages.delivery
    for number, (_, width) in enumerate(_COLUMNS):
        worksheet.set_column(number, number, width)
    worksheet.hide_gridlines(2)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    lines = _Lines(worksheet, pages)
    lines.say(reader.word("summary.title"), {"bold": True, "font_size": 16})
    colour = _RESULT_COLOURS.get(delivery.status, "#E7E6E6")
    lines.fact(reader.word("summary.result"), verdict.status(delivery, reader), {"bold": True, "bg_color": colour})
    for said in verdict.first_of_all(pages.facts, reader):
        lines.say(said, {"bold": True})
    lines.say(verdict.reason(delivery, pages.groups, reader))
    lines.row += 1
    for part, value in _facts(pages):
        lines.fact(reader.word(part), value)
    if delivery.csv_readings:
        lines.say(reader.word("csv.title"), {"bold": True})
        for name, value in _csv_facts(pages):
            lines.fact(name, value)
    lines.row += 1
    _write_notices(lines, pages, has_sheets)
    lines.row += 1
    _write_groups(worksheet, lines, pages)
    _write_fixed(lines, pages)


def _facts(pages: Pages) -> list[tuple[str, str]]:
    reader, delivery = pages.reader, pages.delivery
    version = str(delivery.version) if delivery.version else "–"
    read = [
        f"{delivery.sheet_name(sheet.key)}: {reader.counted('unit.row', delivery.sheets[sheet.key].row_count)}"
        for sheet in load_contract().row_sheets
        if sheet.key in delivery.sheets and delivery.sheets[sheet.key].file_sheet
    ]
    return [
        ("summary.project", delivery.project_code),
        ("summary.period", delivery.period or "–"),
        ("summary.version", version),
        ("summary.delivery", delivery.submission_id),
        ("summary.file", delivery.file_name),
        ("summary.received", reader.moment(delivery.received_at)),
        ("summary.counts", verdict.counts(delivery, reader)),
        ("summary.rows", ", ".join(read) or "–"),
    ]


def _csv_facts(pages: Pages) -> list[tuple[str, str]]:
    """What was found out of each CSV file: nobody declares it, and a wrong guess would explain everything below."""
    reader, delivery = pages.reader, pages.delivery
    decimal = (delivery.reading or {}).get("decimal_mark")
    facts = [(reader.word("csv.decimal"), reader.word(f"mark.{decimal}") if decimal else reader.word("csv.undeclared"))]
    for key, found in delivery.csv_readings.items():
        place = delivery.sheets[key]
        separator = reader.word(_MARKS[found["separator"]])
        said = [reader.word("csv.read", encoding=_ENCODINGS[found["encoding"]], separator=separator)]
        if place.header_row:
            columns, letters = load_contract().sheets[key].by_key, place.column_letters.items()
            named = (f"{letter} {columns[name].labels[reader.language]}" for name, letter in letters)
            said.append(reader.word("csv.header", row=str(place.header_row), columns=", ".join(named)))
        facts.append((delivery.sheet_name(key), " ".join(said)))
    return facts


def _write_notices(lines: _Lines, pages: Pages, has_sheets: bool) -> None:
    reader, delivery = pages.reader, pages.delivery
    changed = verdict.what_changed(delivery, pages.changes, reader)
    if pages.changes:
        changed = f"{reader.word('summary.changes', version=str(pages.changes.version))}: {changed}"
    row_sheets = {sheet.key for sheet in load_contract().row_sheets if sheet.key in delivery.sheets}
    present = {sheet for sheet in row_sheets if delivery.sheets[sheet].file_sheet}
    unjudged = delivery.status == "returned" and (present - delivery.judged or not present)
    for notice in (
        changed,
        reader.word("summary.rows_not_judged") if unjudged else "",
        *verdict.hidden(delivery, reader),
        *dict.fromkeys(pages.notices),
        reader.word("summary.sheets_follow" if has_sheets else "summary.no_sheets"),
    ):
        if notice:
            lines.say(notice)


def _write_groups(worksheet: Worksheet, lines: _Lines, pages: Pages) -> None:
    reader, writer = pages.reader, pages.writer
    if not pages.groups:
        lines.say(reader.word("summary.nothing"), {"bold": True})
        return
    lines.say(reader.word("summary.order"), {"bold": True})
    worksheet.set_row(lines.row, 2 * _LINE_POINTS + 3)
    for number, (part, _) in enumerate(_COLUMNS):
        is_again = number and _COLUMNS[number - 1][0] == part
        writer.text(worksheet, lines.row, number, "" if is_again else reader.word(part), writer.look(_HEAD))
    for number, one in enumerate(pages.groups, start=1):
        lines.row += 1
        _write_group(worksheet, lines.row, number, one, pages)
    lines.row += 2


def _write_group(worksheet: Worksheet, row: int, number: int, one: Group, pages: Pages) -> None:
    advice = advise(one, pages.facts, pages.changes, pages.reader)
    colour = COLOURS["waived" if one.waived else one.severity]
    wrapped, coloured = pages.writer.look(_WRAPPED), pages.writer.look({**_WRAPPED, "bg_color": colour})
    before = (advice.severity, advice.sheet, advice.column, advice.wrong, advice.what_to_do, advice.found)
    texts = (*before, advice.allowed, advice.nearest, advice.count)
    after = (advice.since, advice.remarks)
    first = len(texts) + 1
    worksheet.set_row(row, _height([(1, texts), (first + EXAMPLES, after)]))
    worksheet.write_number(row, 0, number, wrapped.plain)
    for column, text in enumerate(texts, start=1):
        pages.writer.text(worksheet, row, column, text, coloured if column == 1 else wrapped)
    for offset, finding in enumerate(one.findings[:EXAMPLES]):
        pages.link(worksheet, row, first + offset, finding)
    for offset, text in enumerate(after):
        pages.writer.text(worksheet, row, first + EXAMPLES + offset, text, wrapped)


def _height(runs: list[tuple[int, tuple[str, ...]]]) -> float:
    """Height in points of a row that shows wrapped texts, each run from a column on: not every program works it out."""
    most = 1
    for first, texts in runs:
        for column, text in enumerate(texts, start=first):
            width = _COLUMNS[column][1]
            most = max(most, sum(-(-len(line) // width) or 1 for line in text.split("\n")))
    return min(_LINE_POINTS * most + 3, _ROW_POINTS_MAX)


def _write_fixed(lines: _Lines, pages: Pages) -> None:
    reader, changes = pages.reader, pages.changes
    if changes is None or not changes.fixed:
        return
    lines.say(reader.word("summary.fixed", version=str(changes.version)), {"bold": True})
    sheets = load_contract().sheets
    for (rule, sheet, column), count in sorted(changes.fixed.items(), key=lambda item: -item[1]):
        known = sheets.get(sheet)
        place = [pages.delivery.sheet_name(sheet)]
        if known and column in known.by_key:
            place.append(known.by_key[column].labels[reader.language])
        title = catalogue.text(rule, "title", reader.language)
        lines.say(f"{title} ({' · '.join(place)}): {reader.number(count)}", {"bg_color": COLOURS["waived"]})
