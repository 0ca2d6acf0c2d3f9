"""Ways of filling in a workbook that mean something certain: merged references, formats, names of ids, placeholders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from include.stage3_reading.sheets.reading import Reading
from include.stage3_reading.values.codes import read_tax_id, tax_id_is_valid
from tests.reading.deliveries import good_sheets, read, rewritten, table, write_archive, write_workbook
from tests.reading.test_values import EITHER, Case, check


def _saved(path: Path, **sheets: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(write_workbook(path, good_sheets(**sheets)))


def _references(reading: Reading, sheet: str = "jobs") -> list[tuple[str | None, bool]]:
    """(reference, whether it was repaired) of each row."""
    repaired = reading.findings.filter(rule="C09", sheet=sheet, column_name="enterprise_ref")["row_number"].to_list()
    frame = reading.frames[sheet].select("enterprise_ref", "row_number")
    return [(reference, row in repaired) for reference, row in frame.iter_rows()]


# --- merged references ---------------------------------------------------------------------------------------------


def test_a_reference_merged_down_its_rows_stands_for_each(tmp_path: Path) -> None:
    rows = [{"sex": "F"}, {"sex": "M"}, {"enterprise_ref": "E0002"}]
    book = _saved(tmp_path / "a.xlsx", jobs=table("jobs", *rows))
    book["jobs"].merge_cells("A2:A3")
    book.save(tmp_path / "b.xlsx")
    reading = read(tmp_path / "b.xlsx")
    assert _references(reading) == [("E0001", False), ("E0001", True), ("E0002", False)]
    assert reading.frames["jobs"]["received"].to_list()[1] == '{"enterprise_ref": ""}', "nothing was received there"


@pytest.mark.parametrize(
    ("merged", "expected"),
    [
        # from the header down: a label is no reference
        ("A1:A3", [(None, False), (None, False)]),
        # rows that hold nothing else stay blank rows
        ("A2:A9", [("E0001", False), ("E0001", True)]),
        # a range whose top left is not among the references gives them nothing
        ("B2:B3", [("E0001", False), ("E0001", False)]),
        # over two columns it runs down the references all the same
        ("A2:B3", [("E0001", False), ("E0001", True)]),
    ],
)
def test_which_merged_ranges_lend_a_reference(
    tmp_path: Path, merged: str, expected: list[tuple[str | None, bool]]
) -> None:
    book = _saved(tmp_path / "a.xlsx", jobs=table("jobs", {"sex": "F"}, {"sex": "M"}))
    book["jobs"].merge_cells(merged)
    book.save(tmp_path / "b.xlsx")
    assert _references(read(tmp_path / "b.xlsx")) == expected


def test_a_reference_merged_on_the_enterprises_sheet_is_that_of_the_first_alone(tmp_path: Path) -> None:
    book = _saved(tmp_path / "a.xlsx", enterprises=table("enterprises", {}, {}))
    book["enterprises"].merge_cells("A2:A3")
    book.save(tmp_path / "b.xlsx")
    assert _references(read(tmp_path / "b.xlsx"), "enterprises") == [("E0001", False), (None, False)]


# --- number formats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "number", "shown"),
    [
        ("000", 7, "007"),
        ("0000", 12, "0012"),
        ("000", 1234, "1234"),
        ("0", 7, "7"),
        ("000.0", 7, "7"),
        ("#000", 7, "7"),
        ("000", 1.5, "1.5"),
    ],
)
def test_a_reference_is_read_as_a_format_of_zeros_shows_it(
    tmp_path: Path, shape: str, number: float, shown: str
) -> None:
    book = _saved(tmp_path / "a.xlsx", jobs=table("jobs", {"enterprise_ref": number}))
    book["jobs"]["A2"].number_format = shape
    book["jobs"]["G2"].number_format = shape
    book.save(tmp_path / "b.xlsx")
    reading = read(tmp_path / "b.xlsx")
    assert _references(reading) == [(shown, True)]
    assert reading.frames["jobs"]["baseline_headcount"].to_list() == [1], "a number stays one"


# --- formulas that nobody calculated --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "never_calculated", "rule"),
    [(0, True, "C07"), (5, True, None), (0, False, None)],
)
def test_a_stored_zero_is_no_result_where_the_workbook_was_never_calculated(
    tmp_path: Path, stored: object, never_calculated: bool, rule: str | None
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in good_sheets().items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, ["" if one is None else str(one) for one in row])
            if name == "training":
                sheet.write_formula(1, 6, "=1+2", None, stored)
    if not never_calculated:
        path = rewritten(
            path, tmp_path / "b.xlsx", {"xl/workbook.xml": lambda one: one.replace(b' fullCalcOnLoad="1"', b"")}
        )
    found = read(path).findings.filter(sheet="training", column_name="women").select("rule", "cell", "value").rows()
    assert found == ([(rule, "G2", "=1+2")] if rule else [])


# --- codes ---------------------------------------------------------------------------------------------------------


@EITHER
def test_codes_by_their_further_spellings(tmp_path: Path, name: str) -> None:
    sexes: list[Case] = [
        ("further spelling", "Femenino", "F", None),
        ("its case and accents do not matter", "VARON", "M", None),
        ("label", "mujer", "F", None),
        ("no spelling", "otro", None, "C05"),
    ]
    check(tmp_path / name, "enterprises", "owner_sex", sexes)
    answers: list[Case] = [("true is yes", "VERDADERO", "yes", None), ("false is no", "falso", "no", None)]
    check(tmp_path / f"y{name}", "jobs", "decent_work", answers)


def test_cells_of_true_and_false(tmp_path: Path) -> None:
    check(tmp_path / "a.xlsx", "jobs", "decent_work", [("yes", True, "yes", None), ("no", False, "no", None)])
    check(tmp_path / "b.xlsx", "jobs", "sex", [("no such code", True, None, "C05")])
    check(tmp_path / "c.xlsx", "training", "women", [("no number", True, None, "C02")])


@EITHER
def test_numbers_of_more_digits_than_a_spreadsheet_keeps(tmp_path: Path, name: str) -> None:
    cases: list[Case] = [
        ("the last one kept", "999999999999999", 999999999999999, None),
        ("too large", "1000000000000000", None, "C02"),
        ("too large in groups", "1.000.000.000.000.000", None, "C02"),
        ("too small", "-1000000000000000", None, "C02"),
    ]
    check(tmp_path / name, "sales", "baseline_amount", cases)
    if name.endswith("xlsx"):
        check(tmp_path / "n.xlsx", "sales", "baseline_amount", [("a numeric cell", 10**15, None, "C02")])


@EITHER
def test_what_nobody_sees_is_not_there(tmp_path: Path, name: str) -> None:
    cases: list[Case] = [
        (reason, text, "micro", "C09")
        for reason, text in (
            ("marks of direction", "\u202amicro\u202c"),
            ("isolates", "\u2066mi\u2069cro"),
            ("no width", "mi\u200bcro\ufeff"),
            ("soft hyphen", "mi\u00adcro"),
            ("variation selector", "micro\ufe0f"),
            ("Arabic letter mark", "\u061cmicro"),
        )
    ]
    check(tmp_path / name, "enterprises", "size_class", [*cases, ("a blank inside stays", "mi cro", None, "C05")])


# --- tax ids -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("RUC 20527099804", "PE", "20527099804"),
        ("ruc: 20527099804", "PE", "20527099804"),
        ("RUC20527099804", "PE", "20527099804"),
        ("RUC N.º 20527099804", "PE", "20527099804"),
        ("20527099804.0", "PE", "20527099804"),
        ("RUC: 20527099804.0", "PE", "20527099804"),
        ("NIT: 1023456021", "BO", "1023456021"),
        ("NIT1023456021", "BO", "1023456021"),
        ("NIT: 1023456021", None, "1023456021"),
        ("N.I.T. 1023456021", "BO", "1023456021"),
        ("No. NIT 1023456021", "BO", "1023456021"),
        ("R.U.C. 20527099804", "PE", "20527099804"),
        ("R. U. C. N.° 20527099804", "PE", "20527099804"),
        ("R.U.C.20527099804", "PE", "20527099804"),
        ("Nº de RUC: 20527099804", "PE", "20527099804"),
        ("Número de RUC 20527099804", "PE", "20527099804"),
        ("C.N.P.J.: 11.222.333/0001-81", "BR", "11222333000181"),
        ("R.F.C. ABC850101AB1", "MX", "ABC850101AB1"),
        ("R.T.N. 0801-1999-123456", "HN", "08011999123456"),
        ("08011999123456.00", "HN", "08011999123456"),
        ("123.000", "BO", "123000"),
        ("NITRO123", "BO", "NITRO123"),
        ("Cédula jurídica 3-101-123456", "CR", "3101123456"),
        # three letters that an id of the country may begin with
        ("RFC990115AB9", "MX", "RFC990115AB9"),
        # a fraction is none where the id has marks of its own
        ("12.345.0", "BO", "123450"),
    ],
)
def test_a_tax_id_stands_without_its_name_and_its_fraction(text: str, country: str | None, value: str) -> None:
    assert read_tax_id(text, country).value == value


NO_TAX_ID = ["en trámite", "PENDIENTE", "???", "RUC", "RUC: pendiente", "00000", "0", "99999999", "AAAA", "12345"]
NO_TAX_ID += ["0123456789", "XAXX010101000", "xexx-010101-000"]


@pytest.mark.parametrize("text", NO_TAX_ID)
def test_a_text_that_only_says_that_there_is_no_tax_id_counts_as_blank(tmp_path: Path, text: str) -> None:
    sheets = good_sheets(enterprises=table("enterprises", {"tax_id": text}))
    reading = read(write_archive(tmp_path / "a.zip", {f"{name}.csv": rows for name, rows in sheets.items()}))
    frame = reading.frames["enterprises"]
    assert frame.select("tax_id", "unread", "received").rows() == [(None, [], f'{{"tax_id": "{text}"}}')]


@pytest.mark.parametrize("text", ["7", "54321", "11112", "123457", "1234567890", "A1"])
def test_other_short_texts_are_tax_ids_to_be_checked(text: str) -> None:
    assert read_tax_id(text, "PE").value == text


@pytest.mark.parametrize(
    ("tax_id", "is_valid"),
    [
        ("1793213150001", True),
        ("0993381661001", True),
        ("3093381661999", True),
        ("2593381661001", False),
        ("0093381661001", False),
        ("1793213150000", False),
        ("179321315000", False),
    ],
)
def test_an_ecuadorian_ruc_is_judged_by_its_form(tax_id: str, is_valid: bool) -> None:
    assert tax_id_is_valid(tax_id, "EC") is is_valid
