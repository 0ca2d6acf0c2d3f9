"""The workbooks say what the generator meant: read back, every row that counts has its values, and no error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.contract import load_contract
from include.demonstration import SIZES
from include.demonstration.deliveries import Delivery, content, deliveries, form_of, soiled
from include.demonstration.dirt import ErrorCell, Raw
from include.demonstration.form import Form
from include.demonstration.statement import POSITION
from tests.reading.deliveries import read_submission

FULL = SIZES["full"]
ERRORS = {rule.key for rule in load_contract().rules.values() if rule.severity == "error"}


def habits(form: Form) -> set[str]:
    """What is particular about a file's form."""
    return {
        f"{form.container} with dates as {form.dates}",
        f"{form.container} with numbers as {form.numbers}, mark {form.decimal_mark}",
        f"{form.container} in {form.language}, labels in {form.label_language}",
        *([f"{form.encoding} with {form.separator!r}"] if form.container == "zip" else []),
        *(
            name
            for name in ("lost_zeros", "printed_tax_ids", "moved_columns", "titles", "empty_as")
            if getattr(form, name)
        ),
    }


def reports_with_every_habit() -> list[Delivery]:
    """Few reports of the full programme that show every habit between them; Peru's are left out for their size."""
    chosen, seen = [], set[str]()
    for delivery in deliveries(FULL):
        shown = habits(form_of(FULL, delivery.project, delivery.period))
        if delivery.kind == "report" and delivery.project.country != "PE" and not shown <= seen:
            chosen.append(delivery)
            seen |= shown
    return chosen


REPORTS = reports_with_every_habit()


def test_all_habits_are_shown() -> None:
    forms = [form_of(FULL, delivery.project, delivery.period) for delivery in REPORTS]
    assert {form.dates for form in forms} == {"cell", "latin", "iso", "dashed", "serial"}
    assert {form.numbers for form in forms} == {"cell", "text"}
    assert {form.encoding for form in forms} == {"cp1252", "utf-8", "utf-8-sig"}
    assert len(REPORTS) < 40


@pytest.mark.parametrize("delivery", REPORTS, ids=lambda delivery: delivery.file_name)
def test_a_report_reads_as_it_was_meant(delivery: Delivery, tmp_path: Path) -> None:
    path = tmp_path / delivery.file_name
    path.write_bytes(content(FULL, delivery))
    reading = read_submission(path, path.name, delivery.project.code, b"k" * 32)
    assert reading.period == FULL.periods[delivery.period]
    statement = soiled(FULL, delivery.project, delivery.period, "report")
    for sheet, rows in statement.items():
        if sheet not in reading.frames:
            assert not rows
            continue
        frame = reading.frames[sheet]
        assert len(frame) == len(rows), sheet
        faulty = {
            finding["row_number"]
            for finding in reading.findings.rows(named=True)
            if finding["sheet"] == sheet and finding["rule"] in ERRORS
        }
        for row, read in zip(rows, frame.rows(named=True), strict=True):
            if row.counts:
                assert read["row_number"] not in faulty
                for column, position in POSITION[sheet].items():
                    assert same(row.values[position], read[column], column), (sheet, read["row_number"], column)


def same(meant: Any, read: Any, column: str) -> bool:
    if column == "tax_id" and meant:
        return "".join(filter(str.isalnum, read)) == meant  # kept as printed
    if isinstance(meant, Raw | ErrorCell):
        return True
    if isinstance(meant, float):
        return abs(float(read) - meant) < 0.005
    if isinstance(meant, str):
        return bool(read == " ".join(meant.split()))
    return bool(meant == read)
