"""The answers to every delivery of the sample programmes."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections import defaultdict
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from openpyxl.comments import Comment

from include.contract import catalogue
from include.platform import database
from include.stage7_outputs.answers.receipt import verify_receipt
from include.stage7_outputs.answers.write import Written, write_feedback
from include.stage7_outputs.figures.impact import rule_impact
from tests.samples import Sample


def test_every_delivery_is_answered_and_duplicates_get_a_receipt_only(sample: Sample) -> None:
    statuses = {
        row.submission_id: row.status for row in sample.rows("select submission_id, status from ops.submission")
    }
    duplicates = [key for key, status in statuses.items() if status == "duplicate"]
    assert len(list(sample.settings.outbox.glob("*.eml"))) == len(statuses) > 20
    for submission_id in statuses:
        found = {path.name for path in sample.settings.feedback.glob(f"*/{submission_id}_*")}
        receipts = {f"{submission_id}_receipt.json", f"{submission_id}_receipt.txt"}
        assert receipts <= found
        assert len(found - receipts) == (0 if submission_id in duplicates else 1)


def test_airflows_pages_say_what_the_night_took(sample: Sample) -> None:
    """On the runs that began and ended the night, in the notes that Airflow shows."""
    counts = {row.status: row.n for row in sample.rows("select status, count(*) as n from ops.submission group by 1")}
    engine = sa.create_engine(database.airflow_url(sample.settings))
    with engine.connect() as connection:
        notes = connection.execute(
            sa.text("""
            select r.dag_id, n.content from dag_run as r inner join dag_run_note as n on n.dag_run_id = r.id
            order by r.id
            """)
        ).all()
    engine.dispose()
    (first, said), (last, same) = notes[:2]
    assert {first, last} == {"ingest", "publish"}
    assert said == same
    assert f"Taken: {sum(counts.values())} of " in said
    assert f"{counts.get('returned', 0)} returned" in said or not counts.get("returned")
    assert "ops.night_report" in said


def test_every_expected_finding_is_shown_at_its_cell(sample: Sample) -> None:
    deliveries = {
        (row.project_code, row.file_name): row.submission_id
        for row in sample.rows("select project_code, file_name, submission_id from ops.submission")
    }
    places = {
        (row.submission_id, row.sheet): row
        for row in sample.rows("select submission_id, sheet, column_letters from ops.sheet_reading")
    }
    expected = defaultdict(list)
    for row in sample.expected("finding"):
        expected[deliveries[row["project_code"], row["file_name"]]].append(row)
    assert len(expected) > 10
    for submission_id, findings in expected.items():
        book = openpyxl.load_workbook(sample.workbook(submission_id))
        sheets = _sheet_names(sample, submission_id)
        language = sample.workbook(submission_id).stem[-2:]
        summary = "\n".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value)
        for one in findings:
            about = (submission_id, one)
            assert catalogue.text(one["rule"], "title", language) in summary, about
            if not one["row_number"]:
                continue
            sheet = book[sheets[one["sheet"]]]
            letters = places[submission_id, one["sheet"]].column_letters
            letter = letters.get("value") if one["sheet"] == "cover" else letters.get(one["column_name"])
            row = int(one["row_number"])
            cells = [sheet[f"{letter}{row}"]] if letter and one["column_name"] else list(sheet[row])
            comments = [cell.comment for cell in cells if isinstance(cell.comment, Comment)]
            assert any(f" {one['rule']}" in comment.text for comment in comments), about
            assert all(cell.fill.fill_type == "solid" for cell in cells if letter or cell.value is not None), about


def _sheet_names(sample: Sample, submission_id: str) -> dict[str, str]:
    """Sheet of the contract -> its name in the workbook."""
    found = sample.rows(
        "select sheet, file_sheet from ops.sheet_reading where submission_id = :id and file_sheet is not null",
        id=submission_id,
    )
    return {row.sheet: row.file_sheet.removesuffix(".csv") for row in found}


def test_values_are_as_received(sample: Sample) -> None:
    """The partner's cells, compared with what another library reads in the archived file."""
    compared = 0
    for row in sample.rows("select submission_id, archive_path from ops.submission where archive_path like '%.xlsx'"):
        if not list(sample.settings.feedback.glob(f"*/{row.submission_id}_??.xlsx")):
            continue
        names = _sheet_names(sample, row.submission_id)
        if "jobs" not in names:
            continue
        sent = openpyxl.load_workbook(sample.settings.archive / row.archive_path, data_only=True)[names["jobs"]]
        shown = openpyxl.load_workbook(sample.workbook(row.submission_id))[names["jobs"]]
        for cell in (cell for cells in sent.iter_rows() for cell in cells if cell.value is not None):
            assert str(shown[cell.coordinate].value) == str(cell.value), (row.submission_id, cell.coordinate)
            compared += 1
    assert compared > 500


def test_receipts_verify(sample: Sample) -> None:
    ledger = {row.submission_id: row for row in sample.rows("select * from ops.submission")}
    receipts = sorted(sample.settings.feedback.glob("*/*_receipt.*"))
    assert len(receipts) == 2 * len(ledger)
    for path in receipts:
        assert verify_receipt(sample.settings, path)[0], path
    for path in sample.settings.feedback.glob("*/*_receipt.json"):
        document = json.loads(path.read_text())
        row = ledger[document["delivery"]]
        assert (document["sha256"], document["status"]) == (row.sha256, row.status)
        assert document["duplicate_of"] == row.duplicate_of


def test_mails_are_addressed_and_in_the_partners_language(sample: Sample) -> None:
    greetings = {"es": "Estimado equipo", "pt": "Prezada equipe", "en": "Dear team"}
    for path in sample.settings.outbox.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=SMTP)
        language = message["Content-Language"]
        assert greetings[language] in message.get_body().get_content()  # type: ignore[attr-defined]
        names = [part.get_filename() for part in message.iter_attachments()]  # type: ignore[attr-defined]
        submission_id = path.name.split(".")[0]
        assert f"{submission_id}_receipt.json" in names
        workbooks = sample.settings.feedback.glob(f"*/{submission_id}_{language}.xlsx")
        assert {path.name for path in workbooks} <= set(names)


def test_a_night_without_news_writes_nothing(sample: Sample) -> None:
    before = sample.answers()
    assert write_feedback(sample.settings) == Written()
    assert sample.answers() == before


def test_only_what_has_news_is_answered_again(sample: Sample, tmp_path: Path) -> None:
    sample = sample.copy(tmp_path)
    (one,) = sample.rows("select submission_id from ops.finding where rule = 'T04' order by 1 limit 1")
    sample.change(f"update ops.finding set waived = true where submission_id = '{one.submission_id}' and rule = 'T04'")
    before = sample.answers()
    assert write_feedback(sample.settings).workbooks == 1
    changed = {path for path, data in sample.answers().items() if before.get(path) != data}
    # the ledgers, and workbook, receipts and message of that delivery
    assert all(one.submission_id in path or path.endswith(("answered.json", "told.json")) for path in changed)
    book = openpyxl.load_workbook(sample.workbook(one.submission_id))
    (comment,) = [
        cell.comment for sheet in book for row in sheet.iter_rows() for cell in row
        if cell.comment and " T04" in cell.comment.text
    ]  # fmt: skip
    language = sample.workbook(one.submission_id).stem[-2:]
    assert f"T04 ({catalogue.word('waived.short', language)})" in comment.text
    messages = list(sample.settings.outbox.glob(f"{one.submission_id}.*.eml"))
    assert len(messages) <= 1  # the older one, never sent, was replaced


@pytest.mark.parametrize("sample", ["hostile"], indirect=True)
def test_processes_write_what_one_process_does(sample: Sample, tmp_path: Path) -> None:
    """And a task in a worker of Celery, which is a daemon and may start none."""
    sample = sample.copy(tmp_path)

    def contents() -> dict[str, list[tuple[object, ...]]]:
        found = {}
        for path in sample.settings.feedback.glob("*/*.xlsx"):
            sheet = openpyxl.load_workbook(path).worksheets[1]
            found[path.name] = list(sheet.iter_rows(values_only=True))
        return found

    before = contents()
    for is_daemon in (False, True):
        shutil.rmtree(sample.settings.feedback)
        multiprocessing.current_process().daemon = is_daemon
        try:
            written = write_feedback(sample.settings, processes=2)
        finally:
            multiprocessing.current_process().daemon = False
        assert written.failed == ()
        assert contents() == before


def test_the_impact_of_a_rule_in_force_is_what_it_did(sample: Sample) -> None:
    for rule in ("F07", "E05", "T04", "E04"):
        impact = rule_impact(sample.settings, rule)
        (found,) = sample.rows("select count(*) as n from ops.finding where rule = :rule", rule=rule)
        assert impact.findings == found.n
        assert sum(project.findings for project in impact.projects) == impact.findings
    returned = {row["file_name"] for row in sample.expected("submission") if row["rule"] == "F07"}
    of_rule = rule_impact(sample.settings, "F07").returned
    names = sample.rows("select file_name from ops.submission where submission_id = any(:ids)", ids=list(of_rule))
    assert {row.file_name for row in names} == returned


def test_the_impact_of_many_errors_is_a_returned_file(sample: Sample) -> None:
    returned = {row["file_name"] for row in sample.expected("submission") if row["rule"] == "F08"}
    impact = rule_impact(sample.settings, "C01")
    names = sample.rows(
        "select file_name from ops.submission where submission_id = any(:ids)", ids=list(impact.returned)
    )
    assert {row.file_name for row in names} == returned
