"""Who follows the feedback, and nothing else, is accepted."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from include.contract import catalogue
from include.stage7_feedback.write import write_feedback
from tests.feedback import partner, stages
from tests.samples import Sample

#: Delivery -> its status: returned for a column, for its cover, its period, many errors; and accepted with findings,
#: which are corrected to the last in each language.
DELIVERIES = {
    "BR-01-0003": "returned",
    "BR-01-0004": "returned",
    "PE-01-0005": "returned",
    "PE-01-0006": "returned",
    "BR-01-0001": "accepted_with_findings",
    "PE-01-0001": "accepted_with_findings",
}


@pytest.mark.parametrize("sample", ["hostile"], indirect=True)
def test_a_file_corrected_by_its_feedback_alone_is_accepted(sample: Sample, tmp_path: Path) -> None:
    again = sample.copy(tmp_path)
    ledger = {row.submission_id: row for row in again.rows("select * from ops.submission")}
    languages, names = set(), {}
    for submission_id, status in DELIVERIES.items():
        before = ledger[submission_id]
        assert before.status == status
        feedback = again.workbook(submission_id)
        languages.add(feedback.stem[-2:])
        names[submission_id] = f"{submission_id} corregido.xlsx"
        corrected = again.programme / "inbox" / before.project_code / names[submission_id]
        assert partner.correct(again.settings.archive / before.archive_path, feedback, corrected)
    assert languages == {"es", "pt", "en"}

    stages.take(again.settings, "the next night")
    write_feedback(again.settings)
    after = {row.file_name: row for row in again.rows("select * from ops.submission")}
    for submission_id, name in names.items():
        row = after[name]
        book = openpyxl.load_workbook(again.workbook(row.submission_id))
        said = [tuple(map(str, line)) for line in book.worksheets[1].iter_rows(min_row=2, max_col=8, values_only=True)]
        assert row.status == "accepted", (submission_id, said)
        language = again.workbook(row.submission_id).stem[-2:]
        summary = [str(cell.value) for line in book.worksheets[0].iter_rows() for cell in line if cell.value]
        assert catalogue.word("status.accepted", language) in summary
        if row.version == ledger[submission_id].version + 1:  # of the same period, with no other in between
            fixed = catalogue.word("summary.fixed", language, version=str(ledger[submission_id].version))
            assert fixed in summary, submission_id
