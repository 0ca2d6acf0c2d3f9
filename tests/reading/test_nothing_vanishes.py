"""Quirks that Excel and LibreOffice read are read, and what nobody can read is said: nothing vanishes silently."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.stage3_reading.sheets.reading import Reading
from tests.reading.deliveries import good_sheets, places, read, rewritten, table, write_archive, write_workbook

SHEET = "xl/worksheets/sheet2.xml"  # the enterprises
JOBS = "xl/worksheets/sheet5.xml"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(tmp_path_factory.mktemp("good") / "good.xlsx", good_sheets())


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old in content, "the fixture has what is changed"
        return content.replace(old, new)

    return change


def is_whole(reading: Reading) -> bool:
    return {sheet: len(frame) for sheet, frame in reading.frames.items()} == dict.fromkeys(good_sheets(), 1)


def cell_of(content: bytes, address: str) -> bytes:
    found = re.search(rb'<c r="%s"[^>]*?(?:/>|>.*?</c>)' % address.encode(), content)
    assert found
    return found[0]


# --- workbooks ---------------------------------------------------------------------------------------------------

BINARY_DEFAULT = b'<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'

READ: dict[str, dict[str, Any]] = {
    "an empty style": {JOBS: lambda content: re.sub(rb'<c r="G2"', b'<c r="G2" s=""', content)},
    "blanks around a style": {JOBS: lambda content: re.sub(rb'<c r="G2"', b'<c r="G2" s=" 0 "', content)},
    "blanks around an index": {JOBS: lambda content: re.sub(rb'(<c r="A2" t="s"><v>)(\d+)', rb"\1 \2\n", content)},
    "blanks around a number": {JOBS: lambda content: content.replace(b'<c r="G2"><v>1<', b'<c r="G2"><v> 1 <')},
    "blanks around a row": {JOBS: lambda content: content.replace(b'<row r="2"', b'<row r=" 2 "')},
    "columns merged from top to bottom": {
        JOBS: replaced(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="X:Z"/></mergeCells>')
    },
    "rows merged from left to right": {
        JOBS: replaced(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="40:41"/></mergeCells>')
    },
    "a document type in a part nobody reads": {
        "xl/printerSettings/printerSettings1.xml": b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "a" "b"><plist/>'
    },
    "a module of old macros without its part": {
        "xl/workbook.xml": replaced(b"</sheets>", b'<sheet name="Modulo1" sheetId="99" r:id=""/></sheets>')
    },
    "printers' settings typed like a binary workbook": {
        "[Content_Types].xml": lambda content: content.replace(b"<Override", BINARY_DEFAULT + b"<Override", 1),
        "xl/printerSettings/printerSettings1.bin": b"\0\1",
    },
}


@pytest.mark.parametrize("quirk", READ)
def test_read_like_any_other(workbook: Path, tmp_path: Path, quirk: str) -> None:
    reading = read(rewritten(workbook, tmp_path / "a.xlsx", READ[quirk]))
    assert places(reading) == set()
    assert is_whole(reading)
    assert reading.frames["jobs"]["enterprise_ref"].to_list() == ["E0001"]
    assert reading.frames["jobs"]["baseline_headcount"].to_list() == [1]


def test_folders_of_windows_and_escaped_targets(workbook: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
        for info in old.infolist():
            content = old.read(info).replace(b"worksheets/sheet2.xml", b"worksheets/hoja%202.xml")
            new.writestr(info.filename.replace("sheet2.xml", "hoja 2.xml").replace("/", "\\"), content)
    reading = read(tmp_path / "a.xlsx")
    assert places(reading) == set()
    assert is_whole(reading)


def test_styles_that_are_named_and_not_there(workbook: Path, tmp_path: Path) -> None:
    """Dates are the numbers they are stored as, and say so (C09)."""
    reading = read(rewritten(workbook, tmp_path / "a.xlsx", {"xl/styles.xml": None}))
    assert places(reading) == set()
    assert reading.frames["enterprises"]["joined_on"].cast(str).to_list() == ["2023-05-01"]


def test_inline_text_counts_beside_a_value(workbook: Path, tmp_path: Path) -> None:
    def change(content: bytes) -> bytes:
        cell = cell_of(content, "A2")
        return content.replace(cell, b'<c r="A2" t="inlineStr"><v>99</v><is><t>E0001</t></is></c>')

    reading = read(rewritten(workbook, tmp_path / "a.xlsx", {JOBS: change}))
    assert reading.frames["jobs"]["enterprise_ref"].to_list() == ["E0001"]


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("False", False), ("1", True)])
def test_booleans_in_any_case(tmp_path: Path, text: str, value: bool) -> None:
    sheets = good_sheets(cover=[*good_sheets()["cover"], ["nothing_to_report", 7]])
    good = write_workbook(tmp_path / "good.xlsx", sheets)
    row = len(sheets["cover"])

    def change(content: bytes) -> bytes:
        return content.replace(cell_of(content, f"B{row}"), f'<c r="B{row}" t="b"><v>{text}</v></c>'.encode())

    reading = read(rewritten(good, tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": change}))
    assert reading.frames["cover"]["nothing_to_report"].to_list() == [value]


def test_a_sheet_of_the_contract_without_its_part_is_refused_by_name(workbook: Path, tmp_path: Path) -> None:
    change = lambda content: re.sub(rb'(name="jobs" sheetId="\d+" r:id=")[^"]*', rb"\1", content)  # noqa: E731
    reading = read(rewritten(workbook, tmp_path / "a.xlsx", {"xl/workbook.xml": change}))
    assert reading.details["refused"]["cause"] == "missing_part"
    assert reading.details["refused"]["place"] == {"sheet": "jobs"}


def hidden(content: bytes, *names: str) -> bytes:
    for name in names:
        content = content.replace(f'<sheet name="{name}"'.encode(), f'<sheet name="{name}" state="hidden"'.encode())
    return content


def test_the_visible_sheet_of_a_kind_counts(tmp_path: Path) -> None:
    sheets = {"empleos": table("jobs", {}, {"sex": "M"}), **good_sheets()}
    good = write_workbook(tmp_path / "good.xlsx", sheets)
    both = read(good)
    assert len(both.frames["jobs"]) == 2, "the first counts"
    reading = read(rewritten(good, tmp_path / "a.xlsx", {"xl/workbook.xml": lambda c: hidden(c, "empleos")}))
    assert len(reading.frames["jobs"]) == 1, "the visible one counts"
    assert reading.findings.rows() == [("F09", "file", None, None, None, "empleos")]
    alone = read(rewritten(good, tmp_path / "b.xlsx", {"xl/workbook.xml": lambda c: hidden(c, "empleos", "jobs")}))
    assert len(alone.frames["jobs"]) == 2, "of hidden ones the first counts"
    assert alone.details["sheets"]["jobs"] == {"name": "empleos", "is_hidden": True}


def test_hidden_rows_count_and_are_told(tmp_path: Path) -> None:
    good = write_workbook(tmp_path / "good.xlsx", good_sheets(jobs=table("jobs", {}, {"sex": "M"}, {"sex": "F"})))
    change = lambda content: re.sub(rb'<row r="([34])"', rb'<row r="\1" hidden="1"', content)  # noqa: E731
    reading = read(rewritten(good, tmp_path / "a.xlsx", {JOBS: change}))
    assert len(reading.frames["jobs"]) == 3
    assert reading.details["sheets"]["jobs"] == {"name": "jobs", "hidden_rows": 2, "first_hidden_row": 3}
    assert reading.details["sheets"]["sales"] == {"name": "sales"}


# --- values under no label -----------------------------------------------------------------------------------------


def without_label(sheet: str, column: str, *rows: dict[str, Any]) -> list[list[Any]]:
    header, *data = table(sheet, *rows)
    return [["" if name == column else name for name in header], *data]


def test_values_whose_label_is_missing(tmp_path: Path) -> None:
    rows = without_label("standards", "valid_to", {"valid_to": "2023-12-31"}, {"valid_to": "-"}, {"valid_to": None})
    for name, write in (("a.xlsx", write_workbook), ("a.zip", _as_archive)):
        reading = read(write(tmp_path / name, good_sheets(standards=rows)))
        assert reading.findings.rows() == [("F12", "standards", 2, None, "H1", "H")]


def test_values_under_no_label_where_every_column_is_there(tmp_path: Path) -> None:
    header, row = table("standards", {})
    sheets = good_sheets(standards=[[*header, None, None], [*row, None, 777]])
    reading = read(write_workbook(tmp_path / "a.xlsx", sheets))
    assert reading.findings.rows() == [("F09", "standards", 2, None, "M1", "M")]
    assert read(_as_archive(tmp_path / "a.zip", sheets)).findings.rows() == [("F09", "standards", 2, None, "M1", "M")]


def test_an_empty_column_without_a_label_is_nothing(tmp_path: Path) -> None:
    rows = without_label("standards", "valid_to", {"valid_to": None}, {"valid_to": "n/a"})
    assert read(write_workbook(tmp_path / "a.xlsx", good_sheets(standards=rows))).findings.is_empty()


def test_a_column_with_very_many_values_is_named_by_some(tmp_path: Path) -> None:
    rows = without_label("standards", "valid_to", *[{"valid_to": "2023-12-31", "scope": str(n)} for n in range(1200)])
    found = read(_as_archive(tmp_path / "a.zip", good_sheets(standards=rows))).findings.filter(rule="F12")
    assert len(found) == 1001
    assert found["row_number"].null_count() == 1


def test_more_fields_than_the_header(tmp_path: Path) -> None:
    """An unquoted decimal comma moves what follows; blanks beyond the end do not count."""
    header, row = table("training", {"hours": "2,5", "evidence_grade": "A", "evidence_ref": "x"})
    lines = [
        "nota",
        ",".join(header),
        ",".join("" if v is None else str(v) for v in row),
        ",".join(map(str, row[:8])) + ",,,,,",
        ",".join(map(str, row[:8])) + ",,,,-,n/a",
    ]
    entries: dict[str, Any] = {f"{name}.csv": rows for name, rows in good_sheets(training=None).items()}
    reading = read(write_archive(tmp_path / "a.zip", {**entries, "training.csv": "\r\n".join(lines)}))
    wide = reading.findings.filter(rule="C11").rows()
    assert wide == [("C11", "training", 3, None, None, None)]


@pytest.mark.parametrize("notes", ["hola".encode("utf-16"), b'a,b\r\n"c,d\r\n'])
def test_a_csv_of_no_kind_is_ignored_however_it_is_written(tmp_path: Path, notes: bytes) -> None:
    entries: dict[str, Any] = {f"{name}.csv": rows for name, rows in good_sheets().items()}
    reading = read(write_archive(tmp_path / "a.zip", {**entries, "notas.csv": notes}))
    assert reading.findings.rows() == [("F09", "file", None, None, None, "notas.csv")]


def _as_archive(path: Path, sheets: dict[str, Any]) -> Path:
    return write_archive(path, {f"{name}.csv": rows for name, rows in sheets.items()})


# --- names of entries ----------------------------------------------------------------------------------------------


def renamed(path: Path, name: bytes) -> Path:
    """The archive with the entry ``training.csv`` under a name in these bytes, without the mark of UTF-8."""
    target = b"x" * len(name)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(path.with_name("renamed.zip"), "w") as new:
        for info in old.infolist():
            new.writestr(target.decode() if info.filename == "training.csv" else info.filename, old.read(info))
    changed = path.with_name("renamed.zip")
    changed.write_bytes(changed.read_bytes().replace(target, name))
    return changed


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "cp1252", "utf-8"])
@pytest.mark.parametrize("name", ["capacitações.csv", "Informe 2024 - Capacitações.csv", "capacitaciones.csv"])
def test_names_as_windows_writes_them(tmp_path: Path, encoding: str, name: str) -> None:
    try:
        written = name.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip(f"{encoding} has no such letters")
    good = _as_archive(tmp_path / "a.zip", good_sheets())
    reading = read(renamed(good, written))
    assert places(reading) == set()
    assert is_whole(reading)


# --- what is refused says why ----------------------------------------------------------------------------------------


def compound(*names: str) -> bytes:
    folders = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + folders + struct.pack("<I", 1)


CAUSES: list[tuple[str, str, Callable[[Path], bytes]]] = [
    ("empty", "a.xlsx", lambda _: b""),
    ("password", "a.xlsx", lambda _: compound("Root Entry", "EncryptionInfo", "EncryptedPackage")),
    ("old_xls", "a.xls", lambda _: compound("Root Entry", "Workbook")),
    ("old_xls", "a.xlsx", lambda _: compound("Root Entry", "Book")),
    ("ods", "a.ods", lambda _: _zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")),
    ("ods", "a.xlsx", lambda _: _zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")),
    ("macro_file", "a.xlsm", lambda good: good.read_bytes()),
    ("loose_csv", "mipymes.csv", lambda _: b"a,b"),
    ("other_type", "a.pdf", lambda _: b"%PDF-1.7"),
    ("workbook_in_zip", "a.zip", lambda good: _zipped(**{"Reporte.xlsx": good.read_bytes()})),
    ("workbook_named_zip", "a.zip", lambda good: good.read_bytes()),
    ("csv_named_xlsx", "a.xlsx", lambda _: _zipped(**{"mipymes.csv": b"a"})),
    ("no_csv", "a.zip", lambda _: _zipped(**{"leeme.txt": b"a"})),
    ("csv_utf16", "a.zip", lambda _: _zipped(**{"mipymes.csv": "a,b".encode("utf-16")})),
    ("damaged", "a.xlsx", lambda good: good.read_bytes()[:3000]),
]


def _zipped(**entries: bytes) -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(("cause", "name", "write"), CAUSES, ids=[f"{cause} as {name}" for cause, name, _ in CAUSES])
def test_causes(workbook: Path, tmp_path: Path, cause: str, name: str, write: Callable[[Path], bytes]) -> None:
    (tmp_path / name).write_bytes(write(workbook))
    reading = read(tmp_path / name)
    assert reading.details["refused"]["cause"] == cause
    assert places(reading) == {("F01", "file", None, None)}


def test_a_stray_quote_is_named_by_entry_and_record(tmp_path: Path) -> None:
    entries: dict[str, Any] = {f"{name}.csv": rows for name, rows in good_sheets(enterprises=None).items()}
    broken = 'enterprise_ref,legal_name\r\nE1,"a ""good"" one"\r\n\r\nE2,"a "bad" one"\r\n'
    reading = read(write_archive(tmp_path / "a.zip", {**entries, "datos/mipymes.csv": broken}))
    assert reading.details["refused"]["cause"] == "csv_quote"
    assert reading.details["refused"]["place"] == {"entry": "mipymes.csv", "record": "4"}


def test_a_value_too_far_out_is_named_by_sheet_and_cell(tmp_path: Path) -> None:
    far = [*[[None]] * 3, [None] * 299 + [1]]
    reading = read(write_workbook(tmp_path / "a.xlsx", {**good_sheets(), "Cálculos propios": far}))
    assert reading.details["refused"]["cause"] == "far_column"
    assert reading.details["refused"]["place"] == {"sheet": "Cálculos propios", "cell": "KN4"}
