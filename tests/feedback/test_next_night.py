"""Who follows the feedback, and nothing else, is accepted; and so is who fills in the template."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from include.contract import catalogue, load_contract
from include.contract.locales import LANGUAGES
from include.contract.template import write
from include.nightly.in_process import TAKING, run_steps
from include.platform.nights import Night
from include.stage7_outputs.answers.write import write_feedback
from tests.feedback import partner
from tests.fixtures.fill_by_libreoffice import FOLDER, typed
from tests.samples import Sample

pytestmark = pytest.mark.parametrize("sample", ["hostile"], indirect=True)

#: Delivery -> its status: returned for a column, for its cover, its period, many errors; and accepted with findings,
#: which are corrected to the last in each language.
DELIVERIES = {
    "BR-01-0005": "returned",
    "BR-01-0006": "returned",
    "PE-01-0008": "returned",
    "PE-01-0006": "returned",
    "BR-01-0001": "accepted_with_findings",
    "PE-01-0002": "accepted_with_findings",
}


@pytest.fixture(scope="module")
def next_night(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A copy of the sample after another night, which took corrected files and filled templates."""
    again = sample.copy(tmp_path_factory.mktemp("next_night"))
    ledger = {row.submission_id: row for row in again.rows("select * from ops.submission")}
    inbox = again.programme / "inbox"
    for submission_id, status in DELIVERIES.items():
        before = ledger[submission_id]
        assert before.status == status
        corrected = inbox / before.project_code / f"corrected {submission_id}.xlsx"
        changed = partner.correct(
            again.settings.archive / before.archive_path, again.workbook(submission_id), corrected
        )
        assert changed, submission_id
    for language in LANGUAGES:
        shutil.copy(FOLDER / f"{language}.xlsx", inbox / "PE-01" / f"LibreOffice {language}.xlsx")
        _fill_with_openpyxl(inbox / "PE-01" / f"openpyxl {language}.xlsx", language)
    run_steps(Night("the next night", again.settings), TAKING)
    write_feedback(again.settings)
    return again


def _fill_with_openpyxl(path: Path, language: str) -> None:
    """The template with the same values as those typed into LibreOffice, each of its column's type."""
    write(path, language, "PE-01", "2024-S1")
    book = openpyxl.load_workbook(path)
    sheets = list(load_contract().sheets.values())
    for position, address, text in typed(language):
        cell = book.worksheets[position][address]
        kind = sheets[position].columns[cell.column - 1].type
        is_number = kind in ("integer", "decimal")
        cell.value = float(text.replace(",", ".")) if is_number else text  # type: ignore[assignment]
    book.save(path)


def test_a_file_corrected_by_its_feedback_alone_is_accepted(sample: Sample, next_night: Sample) -> None:
    ledger = {row.submission_id: row for row in next_night.rows("select * from ops.submission")}
    after = {row.file_name: row for row in ledger.values()}
    languages = set()
    for submission_id in DELIVERIES:
        before, row = ledger[submission_id], after[f"corrected {submission_id}.xlsx"]
        path = next_night.workbook(row.submission_id)
        language = path.stem[-2:]
        languages.add(language)
        book = openpyxl.load_workbook(path)
        said = [tuple(map(str, line)) for line in book.worksheets[1].iter_rows(min_row=2, max_col=8, values_only=True)]
        assert row.status == "accepted", (submission_id, said)
        summary = [str(cell.value) for line in book.worksheets[0].iter_rows() for cell in line if cell.value]
        assert catalogue.word("status.accepted", language) in summary
        if row.version == before.version + 1:  # of the same period, with no other in between
            assert catalogue.word("summary.fixed", language, version=str(before.version)) in summary, submission_id
    assert languages == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("program", ["LibreOffice", "openpyxl"])
def test_a_filled_template_has_no_finding(sample: Sample, next_night: Sample, program: str, language: str) -> None:
    ((submission_id, status, spoken),) = next_night.rows(
        "select submission_id, status, language from ops.submission where file_name = :name",
        name=f"{program} {language}.xlsx",
    )
    found = next_night.rows(
        "select rule, cell, value from ops.finding where submission_id = :id and rule <> 'X02'", id=submission_id
    )
    assert (status, spoken, found) == ("accepted", language, [])
