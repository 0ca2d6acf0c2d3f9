"""The page that lists every finding, in the order of the partner's sheets and rows."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from include.contract import catalogue
from include.stage7_outputs.findings.facts import column_label
from include.stage7_outputs.findings.nearest import nearest
from include.stage7_outputs.findings.sentences import sentence, what_to_do
from include.stage7_outputs.workbook.marks import COLOURS
from include.stage7_outputs.workbook.pages import Pages

#: Rows of the list; beyond that it says so.
ROWS_MAX = 100_000
#: Links on the page (Excel takes 65,530); further cells are named without one.
_LINKS_MAX = 20_000
#: Findings up to which long texts are wrapped; rows of a height of their own make longer lists slow to open.
_WRAPPED_MAX = 5_000
_LINE_POINTS = 15
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
    reader, writer = pages.reader, pages.writer
    head = writer.look({"bold": True, "bottom": 1, "bg_color": "#E7E6E6"})
    for number, (part, width) in enumerate(_COLUMNS):
        worksheet.set_column(number, number, width)
        writer.text(worksheet, 0, number, reader.word(part), head)
    worksheet.freeze_panes(1, 0)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    findings = pages.delivery.findings
    is_wrapped = len(findings) <= _WRAPPED_MAX
    plain = writer.look({"valign": "top"})
    long = writer.look({"valign": "top", "text_wrap": True}) if is_wrapped else plain
    coloured = {severity: writer.look({"bg_color": colour, "valign": "top"}) for severity, colour in COLOURS.items()}
    severities = {severity: reader.word(f"severity.{severity}") for severity in catalogue.SEVERITIES}
    for index, finding in enumerate(findings[:ROWS_MAX]):
        row = index + 1
        if finding.row:
            worksheet.write_number(row, 3, finding.row, plain.plain)
        has_link = index < _LINKS_MAX and pages.link(worksheet, row, 4, finding)
        label = column_label(finding, reader) if finding.column else ""
        wrong = f"{catalogue.headline(finding.rule, reader.language)} {sentence(finding, pages.facts, reader)}"
        to_do = what_to_do(finding, pages.facts, reader)
        if is_wrapped:  # not every program works out how high a row has to be
            lines = max(-(-len(text) // (_COLUMNS[at][1] - 2)) for at, text in ((5, label), (7, wrong), (9, to_do)))
            worksheet.set_row(row, _LINE_POINTS * max(lines, 1))
        since = pages.changes.since[index] if pages.changes else None
        for column, text, look in (
            (0, severities[finding.severity], coloured["waived" if finding.waived else finding.severity]),
            (1, finding.rule, plain),
            (2, pages.delivery.sheet_name(finding.sheet), plain),
            (4, None if has_link else finding.cell, plain),
            (5, label, long),
            (6, finding.value, plain),
            (7, wrong, long),
            (8, nearest(finding, pages.facts, reader), plain),
            (9, to_do, long),
            (10, reader.word(f"since.{since}") if since else None, plain),
            (11, reader.word("waived.short") if finding.waived else None, plain),
        ):
            if text:
                writer.text(worksheet, row, column, text, look)
    if len(findings) > ROWS_MAX:
        writer.text(worksheet, ROWS_MAX + 1, 0, reader.word("summary.cut_list"), writer.look({}))
    if findings:
        worksheet.autofilter(0, 0, min(len(findings), ROWS_MAX), len(_COLUMNS) - 1)
