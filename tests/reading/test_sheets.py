"""Recognising sheets, headers, columns and rows, and the cover: each case with its reason."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from include.contract import load_contract
from include.contract.locales import LANGUAGES
from include.formats.labels import recognise_column, recognise_sheet
from include.platform.tables import raw
from tests.reading.deliveries import (
    COVER,
    GOOD,
    Rows,
    cover_rows,
    csv_text,
    good_sheets,
    places,
    read,
    rewritten,
    table,
    write_archive,
    write_workbook,
)


def test_every_key_and_label_is_recognised_as_its_own() -> None:
    for sheet in load_contract().sheets.values():
        for name in (sheet.key, *sheet.labels.values()):
            assert recognise_sheet(name) == sheet.key
        for column in sheet.columns:
            for label in (column.key, *column.labels.values()):
                assert recognise_column(sheet.key, label) == column.key, f"{label} on {sheet.key}"


@pytest.mark.parametrize(
    "label",
    ["Razón social (*)", "RAZON SOCIAL", " razón_social: ", "razo\u0301n  social", "Legal Name [text]", "legal_name*"],
)
def test_ways_of_writing_a_label(label: str) -> None:
    assert recognise_column("enterprises", label) == "legal_name"


@pytest.mark.parametrize("label", ["razón", "razon social 2", "", "(legal name)"])
def test_other_labels(label: str) -> None:
    assert recognise_column("enterprises", label) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_each_language_give_the_same(tmp_path: Path, language: str) -> None:
    sheets: dict[str, Rows] = {}
    for key, rows in good_sheets().items():
        sheet = load_contract().sheets[key]
        if key == "cover":
            rows = [[sheet.by_key[field].labels[language], value] for field, value in rows]
        else:
            rows = [[sheet.by_key[column].labels[language].upper() for column in rows[0]], *rows[1:]]
        sheets[sheet.labels[language].upper()] = rows
    reading = read(write_workbook(tmp_path / "a.xlsx", dict(reversed(sheets.items()))))
    assert places(reading, info=True) == set()
    expected = read(write_workbook(tmp_path / "b.xlsx", good_sheets()))
    assert all(reading.frames[sheet].equals(frame) for sheet, frame in expected.frames.items())


def test_frames_have_the_columns_of_their_tables(tmp_path: Path) -> None:
    reading = read(write_workbook(tmp_path / "a.xlsx", good_sheets()))
    for sheet, frame in reading.frames.items():
        assert ["submission_id", *frame.columns] == [column.name for column in raw[sheet].columns]


def check_sheets(tmp_path: Path, expected: set[Any], **changes: Any) -> Any:
    """The findings of a workbook whose sheets are good but for the changes."""
    reading = read(write_workbook(tmp_path / "a.xlsx", good_sheets(**changes)))
    assert places(reading) == expected
    return reading


def test_absent_and_blank_sheets(tmp_path: Path) -> None:
    reading = check_sheets(
        tmp_path,
        {("F10", "sales", None, None), ("F10", "jobs", None, None), ("F06", "file", None, None)},
        sales=None,
        jobs=[[" ", None], ["\u00a0"]],
        enterprises=[],
    )
    assert {sheet.sheet for sheet in reading.sheets if sheet.file_sheet is None} == {"enterprises", "jobs", "sales"}
    assert len(reading.sheets) == len(load_contract().sheets)


def test_a_header_alone_says_that_there_is_nothing(tmp_path: Path) -> None:
    reading = check_sheets(tmp_path, set(), sales=table("sales"))
    assert len(reading.frames["sales"]) == 0


def test_unknown_and_second_sheets(tmp_path: Path) -> None:
    changes: dict[str, Rows] = {"notas": [["hola"]], "Hoja3": [], "normas": [["x"]], "MIPYMES": [[" "]]}
    sheets = {"ventas": [], **good_sheets(), **changes}  # a blank sheet of the kind does not come first
    reading = read(write_workbook(tmp_path / "a.xlsx", sheets))
    assert sorted(reading.findings.filter(rule="F09")["value"]) == ["normas", "notas"]
    assert len(reading.findings) == 2
    assert len(reading.frames["sales"]) == 1


def test_unknown_columns(tmp_path: Path) -> None:
    rows = [[*row, extra] for row, extra in zip(table("sales", {}), ["Comentario", "x"], strict=True)]
    reading = check_sheets(tmp_path, {("F09", "sales", None, None)}, sales=rows)
    assert reading.findings.select("value", "cell").rows() == [("Comentario", "K1")]
    assert reading.sheets[6].is_judged


def test_missing_and_repeated_columns(tmp_path: Path) -> None:
    header, row = table("sales", {})
    missing = [header.index("currency"), header.index("evidence_grade")]
    rows = [[cell for at, cell in enumerate(cells) if at not in missing] for cells in (header, row)]
    rows = [[*rows[0], "ventas actuales", "current_amount", "alcance"], [*rows[1], 5, 6, "x"]]
    reading = check_sheets(
        tmp_path,
        {("F07", "sales", None, "currency"), ("F07", "sales", None, "current_amount"), ("F09", "sales", None, None)},
        sales=rows,
    )
    assert len(reading.findings) == 3, "one finding per column"
    assert not reading.sheets[6].is_judged
    assert reading.frames["sales"]["current_amount"].to_list() == [1000.5], "rows are kept, the first column is read"


def test_no_header(tmp_path: Path) -> None:
    required = {column.key for column in load_contract().sheets["sales"].required_columns}
    expected = {("F07", "sales", None, column) for column in required}
    check_sheets(tmp_path, expected, sales=[["enterprise_ref", "currency"], ["E1", "PEN"]])


def test_header_in_row_20_and_not_in_21(tmp_path: Path) -> None:
    titles: Rows = [["AL-INVEST Verde", "1"]] * 3 + [[]] * 16
    reading = check_sheets(tmp_path, set(), sales=titles + table("sales", {}))
    assert reading.sheets[6].header_row == 20
    assert reading.frames["sales"]["row_number"].to_list() == [21]
    (tmp_path / "b").mkdir()
    late = read(write_workbook(tmp_path / "b" / "a.xlsx", good_sheets(sales=[[], *titles, *table("sales", {})])))
    assert {rule for rule, *_ in places(late)} == {"F07"}


def test_two_thirds_of_the_required_columns(tmp_path: Path) -> None:
    """Sales have 7 required columns: 5 make a header, 4 do not."""
    required = [column.key for column in load_contract().sheets["sales"].required_columns]
    assert len(required) == 7
    five = [required[:4], required[:5]]
    reading = check_sheets(tmp_path, {("F07", "sales", None, column) for column in required[5:]}, sales=five)
    assert reading.sheets[6].header_row == 2


def test_exactly_two_thirds_are_enough(tmp_path: Path) -> None:
    """Practices have 3 required columns."""
    check_sheets(tmp_path, {("F07", "practices", None, "status")}, practices=[["enterprise_ref", "practice"]])


@pytest.mark.parametrize("name", ["a.xlsx", "a.zip"])
def test_blank_rows_are_skipped_and_counted(tmp_path: Path, name: str) -> None:
    header, row = table("practices", {})
    rows = [[], header, [], row, [" ", "\u00a0", None], ["-", "", ""], row]
    sheets = good_sheets(practices=rows)
    entries: dict[str, Any] = {f"{sheet}.csv": rows for sheet, rows in sheets.items()}
    path = tmp_path / name
    reading = read(write_workbook(path, sheets) if name == "a.xlsx" else write_archive(path, entries))
    # A dash is a value that stands for nothing: the row is there, and found to be empty (R05) later.
    assert reading.frames["practices"]["row_number"].to_list() == [4, 6, 7]


def test_a_row_of_unknown_columns_alone_is_a_row(tmp_path: Path) -> None:
    header, row = table("practices", {})
    reading = check_sheets(
        tmp_path, {("F09", "practices", None, None)}, practices=[[*header, "x"], row, [*[None] * len(row), "y"]]
    )
    assert reading.frames["practices"]["row_number"].to_list() == [2, 3]


def test_merged_ranges_have_their_top_left_value(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "a.xlsx", good_sheets(practices=table("practices", *[{"unit": f"u{i}"} for i in range(4)]))
    )
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="F2:G4"/></mergeCells>'
    change = lambda content: content.replace(b"</sheetData>", merge)  # noqa: E731
    reading = read(rewritten(path, tmp_path / "b.xlsx", parts={"xl/worksheets/sheet4.xml": change}))
    assert reading.frames["practices"]["unit"].to_list() == ["u0", None, None, "u3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_more_merged_ranges_than_any_sheet_has_are_unsafe(tmp_path: Path, encoding: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", good_sheets())
    ranges = "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(1, 200_002))

    def change(content: bytes) -> bytes:
        text = content.decode().replace("</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>")
        return text.replace("UTF-8", "UTF-16").encode(encoding) if encoding == "utf-16" else text.encode()

    reading = read(rewritten(path, tmp_path / "b.xlsx", parts={"xl/worksheets/sheet4.xml": change}))
    assert reading.details["refused"]["reason"] == "more than 100000 merged ranges"


def test_hidden_sheets_rows_and_columns_count(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", good_sheets())
    book = openpyxl.load_workbook(path)
    book["sales"].sheet_state = "veryHidden"
    book["jobs"].row_dimensions[2].hidden = True
    book["jobs"].column_dimensions["A"].hidden = True
    book.save(tmp_path / "b.xlsx")
    reading, plain = read(tmp_path / "b.xlsx"), read(path)
    assert all(reading.frames[sheet].equals(frame) for sheet, frame in plain.frames.items())


def test_errors_and_formulas_in_cells(tmp_path: Path) -> None:
    """openpyxl writes a formula without a value and an error as an error cell; the row keeps what stood there."""
    path = write_workbook(tmp_path / "a.xlsx", good_sheets(practices=table("practices", {}, {}, {}, {})))
    book = openpyxl.load_workbook(path)
    sheet = book["practices"]
    sheet["F2"] = "#REF!"
    sheet["F3"] = '=A1&"<x>"'
    sheet["F4"] = "#N/A"
    sheet["F5"] = "plain"
    book.save(tmp_path / "b.xlsx")
    reading = read(tmp_path / "b.xlsx")
    found = reading.findings.select("rule", "row_number", "column_name", "cell", "value").rows()
    assert sorted(found) == [
        ("C06", 2, "unit", "F2", "#REF!"),
        ("C06", 4, "unit", "F4", "#N/A"),
        ("C07", 3, "unit", "F3", '=A1&"<x>"'),
    ]
    frame = reading.frames["practices"]
    assert frame["unit"].to_list() == [None, None, None, "plain"]
    assert frame["unread"].to_list() == [["unit"], ["unit"], ["unit"], []]
    assert json.loads(frame["received"][1]) == {"unit": '=A1&"<x>"'}


def test_stored_values_of_formulas_are_values(tmp_path: Path) -> None:
    change = lambda content: content.replace(b"<v>1000.5</v>", b"<f>2*500.25</f><v>1000.5</v>")  # noqa: E731
    path = write_workbook(tmp_path / "a.xlsx", good_sheets())
    reading = read(rewritten(path, tmp_path / "b.xlsx", parts={"xl/worksheets/sheet7.xml": change}))
    assert places(reading) == set()
    assert reading.frames["sales"]["current_amount"].to_list() == [1000.5]


def test_what_was_received_is_kept_where_it_differs(tmp_path: Path) -> None:
    row = {
        "since_date": "05/03/2024",
        "unit": 'a "b"\\\tc',
        "resource": "Água",
        "baseline_value": "1.234,5",
        "current_value": 7,
    }
    reading = read(
        write_workbook(tmp_path / "a.xlsx", good_sheets(practices=table("practices", row, {"resource": "n/a"})))
    )
    first, second = map(json.loads, reading.frames["practices"]["received"])
    assert first == {"since_date": "05/03/2024", "unit": 'a "b"\\\tc', "resource": "Água", "baseline_value": "1.234,5"}
    assert second == {"resource": "n/a"}
    assert reading.frames["enterprises"]["received"].to_list() == [None]


def test_keys_of_enterprises(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {},
        {"enterprise_ref": "e0001", "tax_id": "20-52709980-4"},
        {"tax_id": "20527099805"},
        {"tax_id": None},
        {"country": "Narnia"},
        {"enterprise_ref": None},
    ]
    frame = read(write_workbook(tmp_path / "a.xlsx", good_sheets(enterprises=table("enterprises", *rows)))).frames[
        "enterprises"
    ]
    assert frame["tax_id_is_valid"].to_list() == [True, True, False, None, None, True]
    keys, taxpayers = frame["enterprise_key"].to_list(), frame["taxpayer_key"].to_list()
    assert keys[0] == keys[1]
    assert keys[5] is None
    assert taxpayers[0] == taxpayers[1] == taxpayers[5] != taxpayers[2]
    assert taxpayers[3] is taxpayers[4] is None
    assert all(len(key) == 32 for key in (*keys[:5], *taxpayers[:3]))


# --- cover -----------------------------------------------------------------------------------------------


def test_no_cover(tmp_path: Path) -> None:
    reading = check_sheets(tmp_path, {("F03", "cover", None, None)}, cover=None)
    assert reading.period is None
    assert "cover" not in reading.frames


COVER_FAULTS: list[tuple[str, dict[str, Any], tuple[str, int | None, str]]] = [
    ("another version", {"contract_version": 2}, ("F03", 1, "contract_version")),
    ("no number", {"contract_version": "uno"}, ("F03", 1, "contract_version")),
    ("missing", {"project_code": None}, ("F03", None, "project_code")),
    ("blank", {"project_code": "--"}, ("F03", 2, "project_code")),
    ("no period", {"period": "primero"}, ("F03", 3, "period")),
    ("no language", {"language": "quechua"}, ("C05", 4, "language")),
    ("no decimal mark", {"decimal_mark": "coma"}, ("C05", 5, "decimal_mark")),
    ("no number", {"declared_green_jobs": "muchos"}, ("C02", 5, "declared_green_jobs")),
    ("negative", {"declared_green_jobs": -1}, ("C08", 5, "declared_green_jobs")),
    ("neither yes nor no", {"nothing_to_report": "quizás"}, ("C05", 5, "nothing_to_report")),
]


@pytest.mark.parametrize(("reason", "changes", "expected"), COVER_FAULTS, ids=[case[0] for case in COVER_FAULTS])
def test_cover_faults(
    tmp_path: Path, reason: str, changes: dict[str, Any], expected: tuple[str, int | None, str]
) -> None:
    rule, row, field = expected
    check_sheets(tmp_path, {(rule, "cover", row, field)}, cover=cover_rows(**changes))


def test_the_first_appearance_of_a_field_counts(tmp_path: Path) -> None:
    rows = [["AL-INVEST", "Verde"], ["?", "?"], *reversed(cover_rows()), ["period", "2020-S1"], ["idioma", "pt"]]
    reading = check_sheets(tmp_path, set(), cover=rows)
    assert (reading.period, reading.language) == ("2024-S1", "es")
    assert json.loads(reading.frames["cover"]["row_numbers"][0]) == {
        "language": 3,
        "period": 4,
        "project_code": 5,
        "contract_version": 6,
    }


def test_a_blank_column_between_label_and_value(tmp_path: Path) -> None:
    rows = [[None, label, None, value, "comment"] for label, value in cover_rows()]
    assert check_sheets(tmp_path, set(), cover=rows).period == COVER["period"]


# --- CSV ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings_and_separators(tmp_path: Path, separator: str, encoding: str) -> None:
    sheets = good_sheets(
        practices=table("practices", {"unit": 'kg, m³; l | ñ\n"x"'}, {}), cover=cover_rows(submitted_by="a, b; c|d")
    )
    entries: dict[str, Any] = {
        f"{sheet}.csv": csv_text(rows, separator).encode(encoding) for sheet, rows in sheets.items()
    }
    reading = read(write_archive(tmp_path / "a.zip", entries))
    assert places(reading) == set()
    assert reading.frames["practices"]["unit"].to_list() == ['kg, m³; l | ñ "x"', None]
    assert reading.frames["practices"]["row_number"].to_list() == [2, 3], "a record of two lines is one"
    assert reading.details["sheets"]["practices"]["separator"] == separator
    expected = {"utf-8": {"utf-8"}, "utf-8-sig": {"utf-8-sig"}, "cp1252": {"utf-8", "windows-1252"}}[encoding]
    assert {sheet["encoding"] for sheet in reading.details["sheets"].values()} == expected
    assert reading.frames["enterprises"]["legal_name"].to_list() == [GOOD["enterprises"]["legal_name"]]


def test_ragged_rows_and_line_ends(tmp_path: Path) -> None:
    lines = [
        "Título,,",
        ",".join(table("practices")[0][:4]),
        "E1,agroforestry",
        "E2,agroforestry,planned,2024-01-05,,,,,,,,,x",
    ]
    for end in ("\n", "\r\n", "\r"):
        entries: dict[str, Any] = {f"{sheet}.csv": rows for sheet, rows in good_sheets().items()}
        entries["practices.csv"] = end.join(lines)
        frame = read(write_archive(tmp_path / "a.zip", entries)).frames["practices"]
        assert frame["enterprise_ref"].to_list() == ["E1", "E2"]
        assert frame["since_date"].to_list() == [None, date(2024, 1, 5)]
