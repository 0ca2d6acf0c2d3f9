"""What a cell is read as, notation by notation: (reason, cell, value, rule)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from include.contract import load_contract
from tests.reading.deliveries import cover_rows, good_sheets, places, read, table, write_archive, write_workbook

Case = tuple[str, Any, Any, str | None]


def read_column(
    path: Path, sheet: str, column: str, cells: list[Any], cover: dict[str, Any] | None = None
) -> list[Any]:
    """(value, rules) of each cell, put under the column of an otherwise good sheet; by the suffix of ``path``."""
    # whole numbers beside the cells in question: none of them tells of a decimal mark
    sheets = good_sheets(cover=cover_rows(**(cover or {})), jobs=table("jobs", {"current_fte": 2}))
    sheets["sales"] = table("sales", {"current_amount": 1000})
    beside = {"current_amount": 1000} if sheet == "sales" else {}
    sheets[sheet] = table(sheet, *({**beside, column: cell} for cell in cells))
    reading = read(write_workbook(path, sheets) if path.suffix == ".xlsx" else write_archive(path, _csv(sheets)))
    frame = reading.frames[sheet]
    found = reading.findings.filter(sheet=sheet, column_name=column)
    rules: dict[int, str] = dict(found.select("row_number", "rule").iter_rows())
    letters = next(one for one in reading.sheets if one.sheet == sheet).column_letters
    for row, cell in found.select("row_number", "cell").iter_rows():
        assert cell == f"{letters[column]}{row}", "a finding names its cell"
    return [(value, rules.get(row)) for row, value in frame.select("row_number", column).iter_rows()]


def _csv(sheets: dict[str, Any]) -> dict[str, Any]:
    return {f"{sheet}.csv": rows for sheet, rows in sheets.items()}


def check(path: Path, sheet: str, column: str, cases: list[Case], cover: dict[str, Any] | None = None) -> None:
    answers = read_column(path, sheet, column, [cell for _, cell, _, _ in cases], cover)
    given = {(reason, repr(cell)): answer for (reason, cell, _, _), answer in zip(cases, answers, strict=True)}
    assert given == {(reason, repr(cell)): (value, rule) for reason, cell, value, rule in cases}


EITHER = pytest.mark.parametrize("name", ["reporte.xlsx", "reporte.zip"])

EMPTY = [
    ("stands for nothing", text, None, None)
    for text in ("-", "--", "n/a", "N/D", "s/d", "NA", "nd", " sd ", "No aplica", "NO TIENE", "ninguno", "Ningúna")
]
EMPTY += [
    ("stands for nothing", text, None, None)
    for text in ("sin dato", "Sin  datos", "Não se aplica", "NA\u0303O TEM", "nenhum", "nenhuma", "sem dados")
]
EMPTY += [("stands for nothing", text, None, None) for text in ("Not applicable", "None", "no data", "no\u200b aplica")]

NUMBERS_AS_TEXT: list[Case] = [
    *EMPTY,
    ("plain", "1234", 1234, None),
    ("decimal point", "1234.5", 1234.5, None),
    ("decimal comma", "1234,5", 1234.5, None),
    ("mark before the first digit", ".5", 0.5, None),
    ("mark after the last digit", "5,", 5, None),
    ("both marks, the comma last", "1.234,56", 1234.56, None),
    ("both marks, the point last", "1,234.56", 1234.56, None),
    ("both marks, several groups", "1.234.567,8", 1234567.8, None),
    ("one kind of mark more than once", "1,234,567", 1234567, None),
    ("a blank between digits", "12 345,67", 12345.67, None),
    ("no-break and narrow blanks between digits", "1\u00a0234\u202f567", 1234567, None),
    ("an apostrophe between digits", "1'234'567.5", 1234567.5, None),
    ("a lone zero before three digits", "0,125", 0.125, None),
    ("four digits before three", "1234.567", 1234.567, None),
    ("two digits after", "1.23", 1.23, None),
    ("four digits after", "1.2345", 1.2345, None),
    ("a group of two digits", "1.23.456", None, "C02"),
    ("four digits before a group", "1234.567,8", None, "C02"),
    ("a group of four digits", "1,2345,678", None, "C02"),
    ("decimal mark twice", "1.234,5,6", None, "C02"),
    ("marks mixed as thousands", "1.234,567.890", None, "C02"),
    ("exponent", "1.5E+3", None, "C02"),
    ("per cent", "12%", None, "C02"),
    ("currency", "S/ 12", None, "C02"),
    ("currency sign", "€12", None, "C02"),
    ("plus sign", "+12", None, "C02"),
    ("word", "doce", None, "C02"),
    ("a mark alone", ".", None, "C02"),
    ("minus sign", "-12", None, "C08"),
    ("typographic minus", "\u221212,5", None, "C08"),
    ("minus nothing", "-0", 0, None),
    ("digits of another script", "١٢", None, "C02"),
    ("infinity by name", "inf", None, "C02"),
    ("not a number by name", "nan", None, "C02"),
]


@EITHER
def test_decimal_from_text(tmp_path: Path, name: str) -> None:
    ambiguous: list[Case] = [
        ("three digits after one mark", text, None, "C03") for text in ("1.234", "12,345", "-1.234")
    ]
    check(tmp_path / name, "sales", "baseline_amount", NUMBERS_AS_TEXT + ambiguous)


@EITHER
@pytest.mark.parametrize(("mark", "point", "comma"), [(",", 1234, 1.234), (".", 1.234, 1234)])
def test_the_covers_decimal_mark_decides(tmp_path: Path, name: str, mark: str, point: float, comma: float) -> None:
    other = {",": ".", ".": ","}[mark]
    cases: list[Case] = [
        ("point", "1.234", point, None),
        ("comma", "1,234", comma, None),
        ("any other single mark is decimal", f"1{mark}5", 1.5, None),
        ("a lone zero before", f"0{mark}125", 0.125, None),
        ("thousands of the other kind", f"1{other}234{mark}5", 1234.5, None),
        ("groups of the other kind", f"1{other}234{other}567", 1234567, None),
        ("no number", f"1{other}2{other}3", None, "C02"),
    ]
    check(tmp_path / name, "sales", "baseline_amount", cases, {"decimal_mark": mark})


@EITHER
@pytest.mark.parametrize(
    ("mark", "contradiction", "value"),
    [
        (",", "1,234.50", 1234.5),
        (",", "1.5", 1.5),
        (",", "0.125", 0.125),
        (",", "1,234,567", 1234567),
        (".", "1.234.567", 1234567),
        (".", "1.234,5", 1234.5),
        (".", "12,5", 12.5),
    ],
)
def test_what_contradicts_the_covers_decimal_mark_leaves_numbers_ambiguous(
    tmp_path: Path, name: str, mark: str, contradiction: str, value: float
) -> None:
    cases: list[Case] = [
        ("point", "1.234", None, "C03"),
        ("comma", "1,234", None, "C03"),
        ("plain", "1234", 1234, None),
        ("read in one way alone", contradiction, value, None),
    ]
    check(tmp_path / name, "sales", "baseline_amount", cases, {"decimal_mark": mark})


@EITHER
def test_integer_from_text(tmp_path: Path, name: str) -> None:
    cases: list[Case] = [
        *EMPTY,
        ("plain", "12", 12, None),
        ("no fraction to speak of", "12.0", 12, None),
        ("no fraction to speak of", "12,00", 12, None),
        ("thousands", "1.234", 1234, None),
        ("thousands", "1,234", 1234, None),
        ("groups", "1.234.567", 1234567, None),
        ("thousands and an empty fraction", "1,234.00", 1234, None),
        ("a lone zero before three digits", "0.125", None, "C02"),
        ("fraction", "7,5", None, "C02"),
        ("exact as far as spreadsheets are", "999999999999999", 999999999999999, None),
        ("more digits than a spreadsheet keeps", "1234567890123456", None, "C02"),
        ("negative", "-3", None, "C08"),
    ]
    check(tmp_path / name, "training", "women", cases, {"decimal_mark": "."})


def test_numbers_from_other_cells(tmp_path: Path) -> None:
    cases: list[Case] = [
        ("numeric cell", 12, 12, None),
        ("numeric cell with an empty fraction", 12.0, 12, None),
        ("what 0.1 * 30 leaves behind", 3.0000000000000004, 3, None),
        ("fraction", 7.5, None, "C02"),
        ("negative", -1, None, "C08"),
        ("date cell", date(2024, 1, 5), None, "C02"),
        ("boolean cell", True, None, "C02"),
        ("formula without a stored value", "=SUM(A1:A2)", None, "C07"),
    ]
    check(tmp_path / "a.xlsx", "training", "women", cases)
    check(tmp_path / "b.xlsx", "training", "hours", [("numeric cell", 7.25, 7.25, None), ("small", 1e-7, 1e-7, None)])


@EITHER
def test_dates_from_text(tmp_path: Path, name: str) -> None:
    day = date(2024, 3, 5)
    cases: list[Case] = [
        *EMPTY,
        ("ISO", "2024-03-05", day, None),
        ("slashes", "05/03/2024", day, None),
        ("dashes", "05-03-2024", day, None),
        ("points", "05.03.2024", day, None),
        ("one digit each", "5/3/2024", day, None),
        ("time of day", "2024-03-05 13:45:10", day, None),
        ("time of day", "05/03/2024 1:45 p. m.", day, None),
        ("ISO with a time", "2024-03-05T00:00:00", day, None),
        ("Excel serial", "45356", day, "C09"),
        ("Excel serial with a time", "45356.75", day, "C09"),
        ("the first serial", "20000", date(1954, 10, 3), "C09"),
        ("the last serial", "80000", date(2119, 1, 11), "C09"),
        ("beyond the serials", "80001", None, "C04"),
        ("before the serials", "19999", None, "C04"),
        ("month first", "03/25/2024", None, "C04"),
        ("year of two digits", "05/03/24", None, "C04"),
        ("year first with slashes", "2024/03/05", None, "C04"),
        ("no such day", "31/02/2024", None, "C04"),
        ("separators mixed", "05/03-2024", None, "C04"),
        ("word", "pronto", None, "C04"),
        ("month alone", "2024-03", None, "C04"),
    ]
    check(tmp_path / name, "practices", "since_date", cases)


@pytest.mark.parametrize("options", [{}, {"date_1904": True}], ids=["1900", "1904"])
def test_dates_from_cells(tmp_path: Path, options: dict[str, Any]) -> None:
    cells = [date(2024, 3, 5), datetime(2024, 3, 5, 23, 59, 59), 45356 - (1462 if options else 0), 12, True]
    sheets = good_sheets(practices=table("practices", *({"since_date": cell} for cell in cells)))
    reading = read(write_workbook(tmp_path / "a.xlsx", sheets, **options))
    assert reading.frames["practices"]["since_date"].to_list() == [date(2024, 3, 5)] * 3 + [None] * 2
    found = reading.findings.filter(sheet="practices").select("row_number", "rule").rows()
    assert sorted(found) == [(4, "C09"), (5, "C04"), (6, "C04")]


@EITHER
def test_codes_of_a_list(tmp_path: Path, name: str) -> None:
    cases: list[Case] = [
        ("code", "coffee", "coffee", None),
        ("label in Spanish", "café", "coffee", None),
        ("label without its accent", "CAFE", "coffee", None),
        ("label in Portuguese", "cacau", "cacao", None),
        ("label in English", "food processing", "food_processing", None),
        ("code in capitals", "COFFEE", "coffee", "C09"),
        ("outer and doubled blanks", "  food   processing ", "food_processing", "C09"),
        ("letters and accent apart", "cafe\u0301", "coffee", None),
        ("not in the list", "té", None, "C05"),
        ("error's name", "#N/A", None, "C06" if name.endswith("zip") else "C05"),
        ("stands for nothing", "n/a", None, None),
    ]
    check(tmp_path / name, "enterprises", "value_chain", cases)


@EITHER
def test_leading_zeros_the_list_proves(tmp_path: Path, name: str) -> None:
    isic: list[Case] = [
        ("whole", "0111", "0111", None),
        ("lost a zero", "111", "0111", "C09"),
        ("no such class", "9999", None, "C05"),
    ]
    check(tmp_path / name, "enterprises", "isic_class", isic)
    territory: list[Case] = [
        ("whole", "010101", "010101", None),
        ("lost a zero", "10101", "010101", "C09"),
        ("not in the list: E07 later", "999999", "999999", None),
    ]
    check(tmp_path / f"t{name}", "enterprises", "territory_code", territory)
    tax_id: list[Case] = [
        ("whole", "20527099804", "20527099804", None),
        ("punctuation does not count", "20-527.099,804", "20527099804", None),
        ("a blank inside", "20527 099804", "20527099804", None),
        ("wrong check digit: E03 later", "20527099805", "20527099805", None),
    ]
    check(tmp_path / f"x{name}", "enterprises", "tax_id", tax_id)


def test_codes_from_numeric_cells(tmp_path: Path) -> None:
    check(
        tmp_path / "a.xlsx", "enterprises", "isic_class", [("numeric", 111, "0111", "C09"), ("float", 1.5, None, "C05")]
    )
    check(tmp_path / "b.xlsx", "enterprises", "tax_id", [("eleven digits", 20527099804, "20527099804", "C09")])
    check(
        tmp_path / "c.xlsx",
        "enterprises",
        "enterprise_ref",
        [("large", 1e20, "1" + "0" * 20, "C09"), ("7", 7, "7", "C09")],
    )
    check(tmp_path / "d.xlsx", "enterprises", "territory_code", [("numeric", 10101, "010101", "C09")])


@pytest.mark.parametrize(
    ("country", "short", "whole"),
    [("EC", "190155722001", "0190155722001"), ("BR", "191000190", None), ("BR", "191", "00000000000191")],
)
def test_zeros_of_a_tax_id_by_its_check_digit(tmp_path: Path, country: str, short: str, whole: str | None) -> None:
    row = {"country": country, "tax_id": short, "territory_code": None}
    reading = read(write_workbook(tmp_path / "a.xlsx", good_sheets(enterprises=table("enterprises", row))))
    frame = reading.frames["enterprises"]
    assert frame["tax_id"].to_list() == [whole or short]
    assert frame["tax_id_is_valid"].to_list() == [whole is not None]


@EITHER
def test_references_and_texts(tmp_path: Path, name: str) -> None:
    references: list[Case] = [
        ("canonical", "E0001", "E0001", None),
        ("lower case", "e0001", "E0001", "C09"),
        ("accent", "É-1", "E-1", "C09"),
        ("blanks", " E  1 ", "E 1", "C09"),
        ("invisible", "E\u200b1", "E1", "C09"),
        ("501 characters", "E" * 501, None, "C10"),
    ]
    check(tmp_path / name, "practices", "enterprise_ref", references)
    texts: list[Case] = [
        ("as it is", "kg/u", "kg/u", None),
        ("case is the partner's", "KWh", "KWh", None),
        ("line break", "kg\nper unit", "kg per unit", "C09"),
        ("control character", "kg\u0007", "kg", "C09"),
        ("NFC is no repair", "u\u0301nico", "único", None),
        ("500 characters", "x" * 500, "x" * 500, None),
        ("501 characters", "x" * 501, None, "C10"),
        ("501 with the blanks that go", " " + "x" * 500, "x" * 500, "C09"),
        ("markup", '<b> & "q" \\', '<b> & "q" \\', None),
    ]
    check(tmp_path / f"t{name}", "practices", "unit", texts)


@pytest.mark.parametrize("text", ["2024-S1", "2024S1", "2024-1", "S1 2024", "2024 I", "2024-s1", " 2024-S1 "])
def test_periods(tmp_path: Path, text: str) -> None:
    assert read(write_workbook(tmp_path / "a.xlsx", good_sheets(cover=cover_rows(period=text)))).period == "2024-S1"


@pytest.mark.parametrize("text", ["2024", "2024-S3", "24-S1", "primer semestre", 20241, date(2024, 1, 1)])
def test_no_periods(tmp_path: Path, text: Any) -> None:
    reading = read(write_workbook(tmp_path / "a.xlsx", good_sheets(cover=cover_rows(period=text))))
    assert reading.period is None
    assert places(reading) == {("F03", "cover", 3, "period")}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("sí", True),
        ("SIM", True),
        ("no", False),
        ("não", False),
        ("true", True),
        ("0", False),
        (1, True),
        (False, False),
    ],
)
def test_booleans(tmp_path: Path, cell: Any, value: bool) -> None:
    reading = read(write_workbook(tmp_path / "a.xlsx", good_sheets(cover=cover_rows(nothing_to_report=cell))))
    assert reading.frames["cover"]["nothing_to_report"].to_list() == [value]


ERRORS = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#¡VALOR!", "#n/a"]


def test_error_names_in_csv(tmp_path: Path) -> None:
    check(tmp_path / "a.zip", "practices", "unit", [("error's name", name, None, "C06") for name in ERRORS])
    check(tmp_path / "b.xlsx", "practices", "unit", [("text in a workbook", name, name, None) for name in ERRORS])


def test_every_type_of_the_contract_is_read() -> None:
    from include.stage3_reading.values.columns import _READERS, DTYPES, Asked

    types = {column.type for sheet in load_contract().sheets.values() for column in sheet.columns}
    assert types == set(DTYPES)
    columns = [column for sheet in load_contract().sheets.values() for column in sheet.columns]
    readers = {Asked(column, pl.DataFrame(), np.empty(0)).reader for column in columns}
    assert readers == set(_READERS)
