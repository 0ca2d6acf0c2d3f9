"""What lies around a finding is said with it: read from files, answered as mails and sentences in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from include.contract import load_contract
from include.contract.locales import LANGUAGES
from include.stage7_outputs.findings.changes import changes
from include.stage7_outputs.findings.deliveries import Delivery, Finding, SheetPlace, Version
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.findings.nearest import nearest
from include.stage7_outputs.findings.sentences import sentence, what_to_do
from include.stage7_outputs.findings.verdict import what_changed
from include.stage7_outputs.mail.message import compose
from tests.contract_place import CASES
from tests.feedback.made_up import delivery, finding
from tests.reading.deliveries import good_sheets, read_submission, table, write_archive, write_workbook

FILES, NIGHTS = CASES / "files", CASES / "nights"
needs_cases = pytest.mark.skipif(not FILES.exists(), reason="the contract's cases are not beside the project")


def answered(path: Path, language: str = "es", **changed: Any) -> Delivery:
    """A file as read, with the findings of its reading, as a delivery to be answered."""
    reading = read_submission(path, path.name, "PE-01", b"k" * 32)
    rules = load_contract().rules
    found = [
        Finding(one["rule"], rules[one["rule"]].severity, *list(one.values())[1:], False, None, None)
        for one in reading.findings.rename({"row_number": "row"}).to_dicts()
    ]
    of_columns = ("F09", "F12")  # of which validation makes one a column
    found = list(dict.fromkeys(replace(one, row=None) if one.rule in of_columns else one for one in found))
    places = {
        one.sheet: SheetPlace(
            one.sheet, one.file_sheet, one.is_judged, one.header_row, one.row_count, one.column_letters
        )
        for one in reading.sheets
    }
    is_returned = any(one.severity == "critical" for one in found)
    facts = {"reading": reading.details, "sheets": places, "file_name": path.name, "language": language}
    return delivery(*found, **{**facts, "status": "returned" if is_returned else "accepted_with_findings", **changed})


def mail(made: Delivery) -> list[str]:
    """The paragraphs of the mail."""
    message = message_from_bytes(compose(made, Facts(made), group(made), changes(made), [], "m"), policy=SMTP)
    return [" ".join(part.split()) for part in message.get_content().replace("\r\n", "\n").split("\n\n")]


def only(made: Delivery, rule: str) -> Finding:
    (found,) = (one for one in made.findings if one.rule == rule)
    return found


# --- sheets under another name -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("sheet", "name", "rule"),
    [
        ("jobs", "Puestos por mipyme", "F10"),  # told by its columns
        ("enterprises", "Lista", "F06"),
        ("cover", "Hoja1", "F03"),
    ],
)
def test_a_sheet_under_another_name_is_told_with_the_missing_one(
    tmp_path: Path, language: str, sheet: str, name: str, rule: str
) -> None:
    sheets = good_sheets()
    renamed = {name if key == sheet else key: rows for key, rows in sheets.items()}
    made = answered(write_workbook(tmp_path / "a.xlsx", renamed), language)
    facts, right = Facts(made), load_contract().sheets[sheet].labels[language]
    unknown, missing = only(made, "F09"), next(one for one in made.findings if one.rule == rule)
    for one in (unknown, missing):
        said = f"{sentence(one, facts, made.reader)} {what_to_do(one, facts, made.reader)}"
        assert made.reader.quoted(name) in said
        assert made.reader.quoted(right) in said
    assert nearest(unknown, facts, made.reader) == right
    first = mail(made)[1]
    assert made.reader.quoted(name) in first and made.reader.quoted(right) in first, "said first of all"


def test_the_name_tells_where_the_columns_do_not(tmp_path: Path) -> None:
    entries: dict[str, Any] = {f"{key}.csv": rows for key, rows in good_sheets(sales=None, jobs=None).items()}
    notes = [["apuntes"], ["nada"]]
    made = answered(write_archive(tmp_path / "a.zip", {**entries, "ventas 2024.csv": notes, "notas.csv": notes}))
    facts = Facts(made)
    assert facts.renamed == {"ventas 2024.csv": "sales"}
    assert "«ventas.csv»" in mail(made)[1], "the name of an entry has to end like one"


def test_nothing_is_guessed_of_sheets_that_nothing_lacks(tmp_path: Path) -> None:
    made = answered(write_workbook(tmp_path / "a.xlsx", {**good_sheets(), "Empleos 2": table("jobs", {})}))
    assert Facts(made).renamed == {}
    assert "Empleos 2" not in mail(made)[1]


@needs_cases
def test_the_case_of_the_renamed_sheet() -> None:
    made = answered(NIGHTS / "13-sheet-renamed" / "a.xlsx")
    assert Facts(made).renamed == {"Empleos verdes": "jobs"}
    assert "«Empleos verdes»" in mail(made)[1] and "«empleos»" in mail(made)[1]


# --- cells -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_key_under_a_merged_range_names_the_range(tmp_path: Path, language: str) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name, rows in good_sheets(enterprises=table("enterprises", {}, {}, {})).items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, [str(one) if isinstance(one, date) else one for one in row])
            if name == "enterprises":
                sheet.merge_range(1, 0, 3, 0, "E0001")
    made = answered(tmp_path / "a.xlsx", language)
    facts = Facts(made)
    for row, is_under in ((2, False), (3, True), (4, True), (5, False)):
        one = finding("C01", "enterprises", row, value=None)
        said = f"{sentence(one, facts, made.reader)} {what_to_do(one, facts, made.reader)}"
        assert ("A2:A4" in said) is is_under, row


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_that_a_spreadsheet_made_of_a_code_is_called_one(tmp_path: Path, language: str) -> None:
    sheets = good_sheets(jobs=table("jobs", {"age_group": date(2024, 10, 15)}, {"enterprise_ref": "E0002"}))
    made = answered(write_workbook(tmp_path / "a.xlsx", sheets), language)
    one = only(made, "C05")
    facts = Facts(made, countries={"10-15": "PE", "E0001": "PE"})
    assert "10-15" in sentence(one, facts, made.reader)
    assert "'10-15" in what_to_do(one, facts, made.reader)
    reference = replace(one, rule="R02", column="enterprise_ref")
    assert nearest(reference, facts, made.reader) == "10-15", "what was written, not what looks like the date"
    plain = replace(one, value="E-99", column="enterprise_ref", rule="R02")
    assert "'10-15" not in what_to_do(plain, facts, made.reader)
    as_text = replace(made, reading={"container": "zip"})
    assert "'10-15" not in what_to_do(one, Facts(as_text), made.reader), "no spreadsheet has made it"


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("sex", "mulheress", "mujer (F)"),
        ("sex", "femenina", "mujer (F)"),
        ("age_group", "25-29 años", "25-29"),
        ("sex", "una mujer de la comunidad", "mujer (F)"),
        ("sex", "una mujer y un hombre de la comunidad", None),
        ("sex", "???", None),
    ],
)
def test_the_nearest_code_is_found_across_languages(column: str, value: str, shown: str | None) -> None:
    made = delivery(one := finding("C05", column=column, value=value))
    assert nearest(one, Facts(made), made.reader) == shown


@needs_cases
@pytest.mark.parametrize("file", ["formulas xlsxwriter.xlsx", "sistema.xlsx"])
def test_a_zero_that_stands_in_for_a_result_is_called_so(file: str) -> None:
    made = answered(NIGHTS / "05-standin-zero" / file)
    waiting = [one for one in made.findings if one.rule == "C07"]
    assert len(waiting) == 8
    assert all("ocupa el lugar del resultado" in sentence(one, Facts(made), made.reader) for one in waiting)


# --- what is hidden, and totals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_hidden_sheets_and_rows_that_count_are_named(tmp_path: Path, language: str) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name, rows in good_sheets(training=table("training", {}, {"hours": 9}, {"hours": 10})).items():
            sheet = book.add_worksheet({"jobs": "empleos"}.get(name, name))
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, [str(one) if isinstance(one, date) else one for one in row])
            if name == "jobs":
                sheet.hide()
            if name == "training":
                sheet.set_row(2, None, None, {"hidden": True})
                sheet.set_row(3, None, None, {"hidden": True})
    made = answered(tmp_path / "a.xlsx", language)
    said = mail(made)
    quoted = made.reader.quoted
    assert [part for part in said if quoted("empleos") in part and ":" not in part]
    (rows,) = (part for part in said if quoted("training") in part)
    assert " 2; " in rows and rows.endswith(" 3.")
    nothing = answered(write_workbook(tmp_path / "b.xlsx", good_sheets()), language)
    assert len(mail(nothing)) + 2 == len(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_changed_adds_up_to_the_findings_there_are(language: str) -> None:
    before = (finding("C01", row=2), finding("C02", row=3))
    now = (finding("C01", row=2), finding("C04", row=3), finding("C09", row=4), finding("T04", waived=True))
    version = Version(1, before, delivery().judged)
    made = delivery(*now, language=language, version=2, previous=version)
    found = changes(made)
    assert found
    said = what_changed(made, found, made.reader)
    numbers = [int(part.split()[0]) for part in said.split(", ")[:4]]
    assert numbers == [1, 1, 1, 2]
    assert sum(numbers[1:]) == len(now), "but for what was fixed"
    counted = next(part for part in mail(made) if part.startswith(made.reader.word("summary.counts")))
    assert f": {len(now)} (" in counted


# --- files that were refused ---------------------------------------------------------------------------------------

REFUSED = {
    "csv_quotes_inside_quotes.zip": ("F01", ("enterprises.csv", "2")),
    "q_zip_of_workbook.zip": ("F01", ("Excel", "ZIP")),
    "xlsb_renamed_real_content_types.xlsx": ("F01", (".xlsb",)),
    "own_sheet_wide.xlsx": ("F02", ("Calculos propios", "NA1")),
    "expired_certificate_blank_header.xlsx": ("F12", ("H",)),
    "value_without_header.xlsx": ("F09", ("M",)),
}


@needs_cases
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", REFUSED)
def test_the_mail_of_a_refused_file_says_cause_place_and_what_to_do(file: str, language: str) -> None:
    rule, named = REFUSED[file]
    made = answered(FILES / file, language)
    one, facts = only(made, rule), Facts(made)
    wrong, to_do = sentence(one, facts, made.reader), what_to_do(one, facts, made.reader)
    said = " ".join(mail(made))
    assert all(name in wrong for name in named)
    assert wrong in said
    assert to_do in said
    assert "–" not in wrong
