"""The page that lists every finding, in the order of the partner's sheets and rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlsxwriter.worksheet import Worksheet

from include.contract import catalogue
from include.stage3_reading.cells.grid import Kind
from include.stage7_outputs.findings.deliveries import Finding
from include.stage7_outputs.findings.facts import column_label
from include.stage7_outputs.findings.nearest import nearest
from include.stage7_outputs.workbook.cells_page import Cell, write_cells
from include.stage7_outputs.workbook.inert import Look, Properties
from include.stage7_outputs.workbook.marks import COLOURS
from include.stage7_outputs.workbook.pages import LINK, Pages

#: Rows of the list; beyond that it says so.
ROWS_MAX = 100_000
#: Links on the page (Excel takes 65,530); further cells are named without one.
_LINKS_MAX = 20_000
#: Findings up to which long texts are wrapped; rows of a height of their own make longer lists slow to open.
_WRAPPED_MAX = 5_000
_LINE_POINTS = 15
#: The column that holds a number.
_ROW = 3
_COLUMNS = (
    ("head.severity", 12),
    ("head.rule", 7),
    ("head.sheet", 16),
    ("head.row", 7),
    ("head.cell", 9),
    ("head.column", 24),
    ("head.found", 28),
    ("head.wrong", 60),
    ("head.nearest", 24),
    ("head.do", 60),
    ("head.since", 26),
    ("head.remarks", 18),
)


def write_list(worksheet: Worksheet, pages: Pages) -> None:
    """One row a finding."""
    for number, (_, width) in enumerate(_COLUMNS):
        worksheet.set_column(number, number, width)
    worksheet.freeze_panes(1, 0)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.ignore_write_string = True  # what a link shows is written with the other cells
    cells = _Cells(pages)
    write_cells(worksheet, cells.of(worksheet), cells.looks, pages.writer)
    if findings := pages.delivery.findings:
        worksheet.autofilter(0, 0, min(len(findings), ROWS_MAX), len(_COLUMNS) - 1)


class _Cells:
    """The page's cells, with positions in a list of looks."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.looks: list[Look] = []
        look = {"valign": "top"}
        self._is_wrapped = len(pages.delivery.findings) <= _WRAPPED_MAX
        self._head = self._look({"bold": True, "bottom": 1, "bg_color": "#E7E6E6"})
        self._link, self._plain, self._none = self._look(LINK), self._look(look), self._look({})
        self._long = self._look({**look, "text_wrap": True}) if self._is_wrapped else self._plain
        self._coloured = {severity: self._look({"bg_color": colour, **look}) for severity, colour in COLOURS.items()}

    def _look(self, look: Properties) -> int:
        self.looks.append(self._pages.writer.look(look))
        return len(self.looks) - 1

    def of(self, worksheet: Worksheet) -> Iterator[Cell]:
        """All of them by row and column; heights and links are given to the page by the way."""
        reader, findings = self._pages.reader, self._pages.delivery.findings
        for column, (part, _) in enumerate(_COLUMNS):
            yield 0, column, Kind.TEXT, reader.word(part), None, self._head
        severities = {severity: reader.word(f"severity.{severity}") for severity in catalogue.SEVERITIES}
        for index, finding in enumerate(findings[:ROWS_MAX]):
            for column, text, look in self._of(worksheet, index, finding, severities):
                if text:
                    number, kind = (finding.row, Kind.NUMBER) if column == _ROW else (None, Kind.TEXT)
                    yield index + 1, column, kind, text, number, look
        if len(findings) > ROWS_MAX:
            yield ROWS_MAX + 1, 0, Kind.TEXT, reader.word("summary.cut_list"), None, self._none

    def _of(
        self, worksheet: Worksheet, index: int, finding: Finding, severities: Mapping[str, str]
    ) -> Iterable[tuple[int, str | None, int]]:
        """Column, text and look of a finding's cells."""
        pages, reader, row = self._pages, self._pages.reader, index + 1
        label = column_label(finding, reader) if finding.column else ""
        sentence, to_do = pages.said(finding)
        wrong = f"{catalogue.headline(finding.rule, reader.language)} {sentence}"
        if self._is_wrapped:  # not every program works out how high a row has to be
            lines = max(-(-len(text) // (_COLUMNS[at][1] - 2)) for at, text in ((5, label), (7, wrong), (9, to_do)))
            worksheet.set_row(row, _LINE_POINTS * max(lines, 1))
        link = pages.link(worksheet, row, 4, finding) if index < _LINKS_MAX else None
        since = pages.changes.since[index] if pages.changes else None
        return (
            (0, severities[finding.severity], self._coloured["waived" if finding.waived else finding.severity]),
            (1, finding.rule, self._plain),
            (2, pages.delivery.sheet_name(finding.sheet), self._plain),
            (_ROW, str(finding.row) if finding.row else None, self._plain),
            (4, link or finding.cell, self._link if link else self._plain),
            (5, label, self._long),
            (6, finding.value, self._plain),
            (7, wrong, self._long),
            (8, nearest(finding, pages.facts, reader), self._plain),
            (9, to_do, self._long),
            (10, reader.word(f"since.{since}") if since else None, self._plain),
            (11, reader.word("waived.short") if finding.waived else None, self._plain),
        )
