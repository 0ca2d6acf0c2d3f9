"""The template says in its language what the contract says, and is accepted once filled in."""

from __future__ import annotations

import html
import re
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from include.contract import load_contract
from include.contract.catalogue import note, notes, word
from include.contract.example import example, typed
from include.contract.locales import LANGUAGES, decimal_mark
from include.contract.template import main, write
from tests.reading.deliveries import read_submission


@pytest.fixture(scope="module", params=LANGUAGES)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    path = tmp_path_factory.mktemp("template") / "plantilla.xlsx"
    write(path, request.param, "PE-01", "2024-S1", country="PE")
    return request.param, path


def test_it_has_every_sheet_and_column_and_nothing_else(template: tuple[str, Path]) -> None:
    language, path = template
    book = openpyxl.load_workbook(path)
    contract = load_contract()
    assert book.sheetnames == [
        *(sheet.labels[language] for sheet in contract.sheets.values()),
        word("template.example", language),
    ]
    for sheet in contract.row_sheets:
        header = [cell.value for cell in book[sheet.labels[language]][1]]
        assert header == [column.labels[language] for column in sheet.columns]
    cover = book[contract.sheets["cover"].labels[language]]
    fields = [row[0].value for row in cover.iter_rows(max_col=1) if row[0].value]
    assert fields == [column.labels[language] for column in contract.sheets["cover"].columns]


def test_headers_are_protected_and_what_is_filled_in_is_not(template: tuple[str, Path]) -> None:
    language, path = template
    book = openpyxl.load_workbook(path)
    for sheet in load_contract().row_sheets:
        worksheet = book[sheet.labels[language]]
        assert worksheet.protection.sheet and not worksheet.protection.password
        assert all(cell.protection.locked for cell in worksheet[1])
        styles = [worksheet.column_dimensions[cell.column_letter] for cell in worksheet[1]]
        assert not any(style.protection.locked for style in styles)
    cover = book.worksheets[0]
    assert cover["A1"].protection.locked and not cover["B2"].protection.locked


def test_the_example_shows_every_column_and_no_cell(template: tuple[str, Path]) -> None:
    language, path = template
    assert not list(openpyxl.load_workbook(path)[word("template.example", language)].iter_rows(values_only=True))
    with zipfile.ZipFile(path) as package:
        drawn = "".join(package.read(name).decode() for name in package.namelist() if "drawings/drawing" in name)
    said = html.unescape("".join(re.findall(r"<a:t>([^<]*)</a:t>", drawn)))
    for sheet in load_contract().row_sheets:
        shown = [sheet.by_key[key] for key, value in example(sheet.key).items() if value is not None]
        assert {column.key for column in sheet.required_columns} <= {column.key for column in shown}
        assert all(column.labels[language] in said for column in shown)


def test_the_cover_is_filled_in(template: tuple[str, Path]) -> None:
    language, path = template
    cover = openpyxl.load_workbook(path).worksheets[0]
    values = [row[1].value for row in cover.iter_rows(max_col=2, max_row=5)]
    label = load_contract().codelists["language"][language][language]
    assert values == [1, "PE-01", "2024-S1", label, "."], "the mark is the country's, in whatever language"


@pytest.mark.parametrize(
    ("countries", "mark"),
    [
        (("PE", "MX", "GT", "HN", "SV", "NI", "PA"), "."),
        (("AR", "BO", "BR", "CL", "CO", "EC", "PY", "UY", "CR"), ","),
        ((None, "", "XX"), None),
    ],
)
def test_the_decimal_mark_is_the_countrys(countries: tuple[str | None, ...], mark: str | None) -> None:
    assert {country: decimal_mark(country) for country in countries} == dict.fromkeys(countries, mark)


@pytest.mark.parametrize(("country", "shown"), [("PE", "40000.5"), ("CO", "40000,5"), (None, "40000,5")])
def test_the_example_writes_decimals_as_the_cover_says(tmp_path: Path, country: str | None, shown: str) -> None:
    write(tmp_path / "template.xlsx", "es", country=country)
    with zipfile.ZipFile(tmp_path / "template.xlsx") as parts:
        drawings = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/drawings/drawing")]
    assert shown in "".join(drawings)


def test_no_decimal_mark_where_no_country_is_known(tmp_path: Path) -> None:
    write(tmp_path / "t.xlsx", "es")
    cover = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert (cover["A5"].value, cover["B5"].value) == ("separador decimal", None)


def test_it_prints_as_wide_as_a_page_with_its_header_on_each(template: tuple[str, Path]) -> None:
    language, path = template
    book = openpyxl.load_workbook(path)
    contract = load_contract()
    for sheet in contract.sheets.values():
        page = book[sheet.labels[language]]
        assert page.page_setup.orientation == "landscape"
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, 0), "one page wide, any number high"
        assert page.print_title_rows == (None if sheet.key == "cover" else "$1:$1")
    cover = book[contract.sheets["cover"].labels[language]]
    assert cover.print_area.endswith(f"!$A$1:$B${len(contract.sheets['cover'].columns)}"), "without its hidden lists"


def test_every_code_list_but_territories_is_a_drop_down(template: tuple[str, Path]) -> None:
    language, path = template
    book = openpyxl.load_workbook(path)
    for sheet in load_contract().row_sheets:
        worksheet = book[sheet.labels[language]]
        dropped = {
            area.min_col - 1
            for validation in worksheet.data_validations.dataValidation
            if validation.type == "list"
            for area in validation.sqref.ranges
        }
        wanted = {n for n, c in enumerate(sheet.columns) if c.codelist not in (None, "territory")}
        assert dropped == wanted, sheet.key


def test_every_header_carries_its_note(template: tuple[str, Path]) -> None:
    language, path = template
    book = openpyxl.load_workbook(path)
    for sheet in load_contract().row_sheets:
        for cell, column in zip(book[sheet.labels[language]][1], sheet.columns, strict=True):
            assert cell.comment is not None
            assert cell.comment.text == note(column, language)


def test_the_same_arguments_give_the_same_bytes(template: tuple[str, Path], tmp_path: Path) -> None:
    language, path = template
    again = tmp_path / "again.xlsx"
    write(again, language, "PE-01", "2024-S1", country="PE")
    assert again.read_bytes() == path.read_bytes()
    assert openpyxl.load_workbook(path).properties.created == datetime(2023, 1, 1)


def test_notes_belong_to_columns_and_cover_the_rules_of_rows() -> None:
    contract = load_contract()
    columns = {(sheet.key, column.key) for sheet in contract.sheets.values() for column in sheet.columns}
    assert set(notes()) <= columns
    named: dict[str, set[str]] = {}
    for (sheet_key, _), row in notes().items():
        assert all(row[f"note_{language}"] for language in LANGUAGES), row
        named.setdefault(sheet_key, set()).update(filter(None, row["rules"].split(";")))
    for sheet in contract.row_sheets:
        # rules of the sheet itself, and those that hold for every detail row
        own = {rule.key for rule in contract.rules.values() if rule.sheet == sheet.key and rule.column}
        assert own <= named[sheet.key], sheet.key
    assert {rule for rules in named.values() for rule in rules} <= set(contract.rules)


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "t.xlsx"), "es"]) == 0
    assert main([str(tmp_path / "t.xlsx"), "fr"]) == 2
    assert "usage" in capsys.readouterr().err
    with pytest.raises(ValueError, match="fr"):
        write(tmp_path / "t.xlsx", "fr")


def test_a_filled_template_is_read_without_a_finding(template: tuple[str, Path]) -> None:
    language, path = template
    book = openpyxl.load_workbook(path)
    contract = load_contract()

    filled = {
        sheet.key: [typed(sheet.by_key[key], value, language) for key, value in example(sheet.key).items()]
        for sheet in contract.row_sheets
    }
    for key, values in filled.items():
        worksheet = book[contract.sheets[key].labels[language]]
        for position, value in enumerate(values, start=1):
            worksheet.cell(2, position, value)
    sent = path.with_name("filled.xlsx")
    book.save(sent)

    for file, rows in ((path, 0), (sent, 1)):  # an empty one says that there is nothing, and is as readable
        reading = read_submission(file, file.name, "PE-01", b"k" * 32)
        assert reading.findings.rows() == []
        assert (reading.period, reading.language) == ("2024-S1", language)
        assert {sheet: len(frame) for sheet, frame in reading.frames.items() if sheet != "cover"} == dict.fromkeys(
            filled, rows
        )
    assert reading.frames["enterprises"]["isic_class"].to_list() == ["0127"]
    assert reading.frames["standards"]["standard"].to_list() == ["organic_eu"]
