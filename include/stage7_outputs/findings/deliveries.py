"""What the warehouse knows of the deliveries to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from include.contract import load_contract
from include.platform.statements import beside
from include.platform.tables import sheet_reading
from include.stage4_validation.settle import faulty_enterprises
from include.stage7_outputs.reader import Reader

_SQL = beside(__file__)

FILE = "file"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as in ``ops.finding``; ``row`` and ``cell`` are the partner's own."""

    rule: str
    severity: str
    sheet: str
    row: int | None
    column: str | None
    cell: str | None
    value: str | None
    waived: bool
    enterprise_ref: str | None
    waiver_reason: str | None


@dataclass(frozen=True)
class SheetPlace:
    """Where a sheet of the contract is in the partner's file."""

    sheet: str
    file_sheet: str | None
    is_judged: bool
    header_row: int | None
    row_count: int
    column_letters: dict[str, str]


@dataclass(frozen=True)
class Version:
    """A version of a project and period, as it was judged."""

    version: int
    findings: tuple[Finding, ...]
    #: sheets whose rows were judged, and ``file`` where the file could be read
    judged: frozenset[str]


@dataclass(frozen=True)
class Delivery:
    """A delivery, what was found in it, and the version of the same period before it."""

    submission_id: str
    project_code: str
    period: str | None
    version: int | None
    status: str
    duplicate_of: str | None
    file_name: str
    sha256: str
    size_bytes: int
    received_at: datetime
    received_on: date
    archive_path: str
    is_current: bool
    language: str | None
    country: str | None
    project_start: date | None
    decimal_mark: str | None
    #: as the cover says; who is written to, ``contacts`` decides
    contact_email: str | None
    #: how the file was read (``ops.submission.reading``)
    reading: dict[str, Any] | None = None
    sheets: dict[str, SheetPlace] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    #: enterprise -> rule and column of the errors on its own row, for which what hangs below it does not count
    causes: Mapping[str | None, set[tuple[str, str | None]]] = field(default_factory=dict)
    previous: Version | None = None
    #: why the office has withdrawn it
    withdrawal_reason: str | None = None
    #: the version of its project and period that counts
    counting_id: str | None = None

    @property
    def reader(self) -> Reader:
        """Who reads the answer."""
        return Reader.of(self.language, self.country, self.decimal_mark)

    @property
    def is_duplicate(self) -> bool:
        return self.status == "duplicate"

    @property
    def was_read(self) -> bool:
        """Whether the file went through the decoder; one that did not is never opened again, waived or not."""
        return "file" not in _hidden(self.findings)

    @property
    def judged(self) -> frozenset[str]:
        """Sheets whose rows were judged, and ``file`` where the file could be read."""
        return _judged(self.findings, self.sheets.values())

    @property
    def csv_readings(self) -> dict[str, dict[str, str]]:
        """Sheet -> ``encoding`` and ``separator`` found out, of zipped CSV files."""
        reading = self.reading or {}
        found: dict[str, dict[str, str]] = reading.get("sheets", {}) if reading.get("container") == "zip" else {}
        return {sheet: found[sheet] for sheet in load_contract().sheets if sheet in found}

    def sheet_name(self, sheet: str) -> str:
        """The sheet's name in the partner's file, else in the reader's language."""
        place = self.sheets.get(sheet)
        if place and place.file_sheet:
            return place.file_sheet
        known = load_contract().sheets.get(sheet)
        return known.labels[self.reader.language] if known else self.reader.word("place.file")


def _judged(findings: Sequence[Finding], sheets: Iterable[SheetPlace]) -> frozenset[str]:
    hidden = _hidden(finding for finding in findings if not finding.waived)
    if "file" in hidden:
        return frozenset()
    rows = () if "rows" in hidden else (place.sheet for place in sheets if place.is_judged)
    return frozenset((FILE, *rows))


def _hidden(findings: Iterable[Finding]) -> set[str]:
    """What was not read or judged because of the findings."""
    rules = load_contract().rules
    return {rules[finding.rule].hides for finding in findings}


def load_deliveries(connection: sa.Connection, submission_ids: Sequence[str]) -> list[Delivery]:
    """The deliveries of those ids, each with its findings and those of the version before it."""
    rows = connection.execute(_SQL("deliveries"), {"ids": list(submission_ids)}).mappings().all()
    related = {row[name] for row in rows for name in ("submission_id", "duplicate_of", "previous_id")} - {None}
    findings: dict[str, list[Finding]] = defaultdict(list)
    for found in connection.execute(_SQL("findings"), {"ids": list(related)}):
        submission_id, *values = tuple[Any, ...](found)
        findings[submission_id].append(Finding(*values))
    causes: dict[str, dict[str | None, set[tuple[str, str | None]]]] = defaultdict(lambda: defaultdict(set))
    for submission_id, enterprise_ref, rule, column in faulty_enterprises(connection, list(submission_ids)):
        causes[submission_id][enterprise_ref].add((rule, column))
    sheets: dict[str, dict[str, SheetPlace]] = defaultdict(dict)
    for one in connection.execute(sa.select(sheet_reading).where(sheet_reading.c.submission_id.in_(related))):
        sheets[one.submission_id][one.sheet] = SheetPlace(
            one.sheet, one.file_sheet, one.is_judged, one.header_row, one.row_count, one.column_letters
        )
    deliveries = []
    for row in rows:
        facts: dict[str, Any] = {name: row[name] for name in row if name not in ("previous_id", "previous_version")}
        before, own = row["previous_id"], row["submission_id"]
        previous = None
        if before is not None:
            judged = _judged(findings[before], sheets[before].values())
            previous = Version(row["previous_version"], tuple(findings[before]), judged)
        places = sheets[row["duplicate_of"] or own]
        own_findings = tuple(findings[own])
        deliveries.append(
            Delivery(**facts, sheets=places, findings=own_findings, causes=dict(causes[own]), previous=previous)
        )
    return deliveries
