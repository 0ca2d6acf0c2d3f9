"""A registry file is read whatever spreadsheet saved it; what may mean two things is a fault."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from include.stage1_registry import grid
from include.stage1_registry.checks import TypedRows, check
from include.stage1_registry.files import read_folder, strange_files
from include.stage1_registry.values import decimal_marks, read_date, read_month, read_number
from tests.registry.test_registry_checks import GOOD, faults_of
from tests.samples import SAMPLES

EXCEL = SAMPLES.parent / "edition2" / "cases" / "nights" / "25-registry-saved-by-excel" / "registry"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def typed_rows(folder: Path) -> TypedRows:
    rows, faults = read_folder(str(folder))
    typed, more = check(rows)
    assert faults + more == []
    return typed


def in_other_form(text: str, separator: str, encoding: str, line: str = "\r\n") -> bytes:
    """The good file as another program would have saved it; its values hold no comma."""
    return text.replace(",", separator).replace("\n", line).encode(encoding)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separators_and_encodings_make_no_difference(folder: Path, separator: str, encoding: str) -> None:
    expected = typed_rows(folder)
    assert expected["institutions.csv"][0]["name"] == "Cámara"
    for name, text in GOOD.items():
        text = text.replace("coffee;cacao", '"coffee;cacao"')
        (folder / name).write_bytes(in_other_form(text, separator, encoding))
    assert typed_rows(folder) == expected


def test_a_registry_saved_by_excel_is_read() -> None:
    if not EXCEL.exists():
        pytest.skip("the cases are not beside the project")
    typed = typed_rows(EXCEL)
    assert typed["projects.csv"][0]["end_date"] == dt.date(2025, 12, 31)
    assert typed["projects.csv"][0]["value_chains"] == "coffee;cacao"
    assert [row["due_on"] for row in typed["reporting_calendar.csv"]][:2] == [
        dt.date(2023, 8, 14),
        dt.date(2024, 2, 14),
    ]
    assert len(typed["projects.csv"]) == 6 and typed["waivers.csv"] == []


def test_excel_s_hint_blank_ends_and_capitals_are_no_fault(folder: Path) -> None:
    expected = typed_rows(folder)
    (folder / "targets.csv").unlink()
    text = GOOD["targets.csv"].replace(",", ";").replace("\n", ";;\n").replace("project_code", "Project Code")
    (folder / "Targets.CSV").write_text(f"sep=;\n\n{text};;;;;;\n", encoding="utf-8")
    assert typed_rows(folder) == expected


def workbook(path: Path, *sheets: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)


CALENDAR = [["period", "ends_on", "due_on"], ["2024-S1", dt.datetime(2024, 6, 30), dt.datetime(2024, 8, 14)]]
PROJECTS: list[list[object]] = [
    GOOD["projects.csv"].splitlines()[0].split(","),
    ["PE-01", "Café", "PE", "agriculture", "I1", dt.date(2022, 1, 1), "30/06/2025", 300000.0, 2, "coffee;cacao"],
]


def test_a_workbook_of_one_sheet_stands_for_a_file(folder: Path) -> None:
    expected = typed_rows(folder)
    for name, rows in {"reporting_calendar": CALENDAR, "projects": PROJECTS}.items():
        (folder / f"{name}.csv").unlink()
        workbook(folder / f"{name}.xlsx", rows, [[], [None]])  # a blank second sheet, as old versions make them
    (folder / "~$projects.xlsx").write_bytes(b"open elsewhere")
    typed = typed_rows(folder)
    assert typed["reporting_calendar.csv"] == expected["reporting_calendar.csv"]
    assert typed["projects.csv"] == [expected["projects.csv"][0] | {"call": "2"}]


def test_a_code_shown_with_zeros_keeps_them(folder: Path) -> None:
    (folder / "institutions.csv").unlink()
    workbook(
        folder / "institutions.xlsx", [["institution", "name", "country", "region", "kind"], [7, "C", "PE", "LAC", 1]]
    )
    book = openpyxl.load_workbook(folder / "institutions.xlsx")
    book.worksheets[0]["A2"].number_format = "000"
    book.save(folder / "institutions.xlsx")
    rows, _ = read_folder(str(folder))
    assert (rows["institutions.csv"][0].values["institution"], rows["institutions.csv"][0].values["kind"]) == (
        "007",
        "1",
    )


def test_what_a_workbook_leaves_in_doubt_is_a_fault_of_that_file(folder: Path) -> None:
    calendar = folder / "reporting_calendar.xlsx"
    workbook(calendar, CALENDAR)
    assert faults_of(folder) == [
        "reporting_calendar.csv: there are reporting_calendar.csv and reporting_calendar.xlsx; keep the one that holds"
    ]
    (folder / "reporting_calendar.csv").unlink()
    for content, expected in (
        ([CALENDAR, CALENDAR], "several sheets with values (Sheet, Sheet1)"),
        ([[*CALENDAR, ["2024-S2", "=DATE(2024,12,31)", "14/02/2025"]]], "row 3: a formula was never calculated"),
        ([[*CALENDAR, [dt.date(2024, 2, 1), "31/12/2024", "14/02/2025"]]], "row 3: period is a date, which Excel"),
    ):
        workbook(calendar, *content)
        assert any(fault.startswith("reporting_calendar.xlsx") and expected in fault for fault in faults_of(folder)), (
            expected,
            faults_of(folder),
        )
    for content, expected in (
        (b"PK\x03\x04 and no more", "cannot be read as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "has a password or is an old .xls"),
    ):
        calendar.write_bytes(content)
        assert faults_of(folder)[0].startswith("reporting_calendar.xlsx: ") and expected in faults_of(folder)[0]


def test_a_workbook_that_inflates_beyond_reason_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "reporting_calendar.csv").unlink()
    workbook(folder / "reporting_calendar.xlsx", CALENDAR)
    monkeypatch.setattr(grid, "MAX_INFLATED_BYTES", 1000)
    assert "it inflates to" in faults_of(folder)[0]
    monkeypatch.undo()
    monkeypatch.setattr(grid, "MAX_ROWS", 1)
    assert "goes beyond 1 rows" in faults_of(folder)[0]


def test_a_quote_left_open_swallows_no_row(folder: Path) -> None:
    (folder / "targets.csv").write_text(GOOD["targets.csv"] + '"PE-01,msmes_trained,40,2024-S2,2022-01-15\n')
    assert any(fault.startswith("targets.csv, row 3: it is not written as CSV is") for fault in faults_of(folder))


def test_a_form_that_is_not_read_is_named(folder: Path) -> None:
    (folder / "claims.csv").rename(folder / "claims.ods")
    assert faults_of(folder) == [
        "claims.csv: the file is missing from the registry folder; claims.ods: save it as CSV or .xlsx"
    ]


def test_a_file_of_another_name_is_told(folder: Path) -> None:
    for name in ("withdrawal.csv", "notas.txt", ".projects.csv", "projects.xlsx", "page_subscriptions.csv"):
        (folder / name).write_text("")
    assert strange_files(str(folder)) == ["withdrawal.csv"]


@pytest.mark.parametrize(
    ("text", "others", "expected"),
    [
        ("1234.5", (), "1234.5"),
        ("1234,5", (), "1234.5"),
        ("1.234.567,50", (), "1234567.50"),
        ("1,234,567.50", (), "1234567.50"),
        ("1.234.567", (), "1234567"),
        ("300 000", (), "300000"),
        ("300\u00a0000,5", (), "300000.5"),
        ("300'000", (), "300000"),
        ("0.125", (), "0.125"),
        ("1.234", ("2,5",), "1234"),
        ("1.234", ("2.5",), "1.234"),
        ("1,234", ("2.345,10",), "1.234"),
        ("1,234", ("1,234,567",), "1234"),
    ],
)
def test_numbers_are_read_in_spanish_portuguese_and_english(text: str, others: tuple[str, ...], expected: str) -> None:
    assert read_number(text, decimal_marks([text, *others])) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["1.234", "1.234 2", "1 23", "1.23.456", "12,", ",5", "1e5", "1,2.3,4", "½", "1.2345.678"]
)
def test_a_number_that_may_be_two_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is '"):
        read_number(text, decimal_marks([text, "2,5", "2.5"]))


def test_a_rate_in_the_form_that_is_shipped_is_read_with_its_point() -> None:
    assert read_number("1.196", frozenset(), ".") == Decimal("1.196")
    assert read_number("1.196", frozenset({","}), ".") == Decimal(1196)
    with pytest.raises(ValueError, match="may be"):
        read_number("1,196", frozenset(), ".")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-08-14", dt.date(2024, 8, 14)),
        ("14/08/2024", dt.date(2024, 8, 14)),
        ("4.8.2024", dt.date(2024, 8, 4)),
        ("04-08-2024", dt.date(2024, 8, 4)),
        ("14/08/2024 0:00", dt.date(2024, 8, 14)),
        ("45518", dt.date(2024, 8, 14)),
        (45518, dt.date(2024, 8, 14)),
        (dt.datetime(2024, 8, 14, 12), dt.date(2024, 8, 14)),
    ],
)
def test_dates_are_read_with_the_day_first(cell: grid.Cell, expected: dt.date) -> None:
    assert read_date(cell) == expected


@pytest.mark.parametrize("cell", ["14/08/24", "08/14/2024", "14/08-2024", "2024-13-01", "agosto", "19999", 1.5])
def test_what_is_no_date_is_refused(cell: grid.Cell) -> None:
    with pytest.raises(ValueError, match="is '"):
        read_date(cell)


def test_a_month_that_excel_made_a_day_of_is_read() -> None:
    assert [read_month(cell) for cell in ("2024-01", "2024-1", dt.datetime(2024, 1, 1), "01/02/2024")] == [
        *("2024-01", "2024-01", "2024-01", "2024-02")
    ]
    with pytest.raises(ValueError, match="not a month"):
        read_month("15/02/2024")
