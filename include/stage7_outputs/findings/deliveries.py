"""What the warehouse knows of the deliveries to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from include.contract import load_contract
from include.platform.tables import sheet_reading
from include.stage7_outputs.findings.reader import Reader

FILE = "file"

#: Rules under which nothing of the file was read, and those under which it was read and no row judged.
_UNREADABLE = frozenset({"F01", "F02"})
_NO_ROW_JUDGED = frozenset({"F03", "F04", "F05"})


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
        return not any(finding.rule in _UNREADABLE for finding in self.findings)

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
    rules = {finding.rule for finding in findings if not finding.waived}
    if rules & _UNREADABLE:
        return frozenset()
    rows = () if rules & _NO_ROW_JUDGED else (place.sheet for place in sheets if place.is_judged)
    return frozenset((FILE, *rows))


#: A duplicate's rows and words are those of the delivery whose bytes it repeats.
_DELIVERIES = sa.text("""
select
    s.submission_id, s.project_code, s.period, s.version, s.status, s.duplicate_of, s.file_name, s.sha256,
    s.size_bytes, s.received_at, s.received_on, s.archive_path, s.is_current, s.withdrawal_reason,
    coalesce(s.language, o.language) as language,
    coalesce(s.reading, o.reading) as reading,
    p.country,
    p.start_date as project_start,
    c.decimal_mark,
    c.contact_email,
    (
        select n.submission_id from ops.submission as n
        where n.project_code = s.project_code and n.period = s.period and n.is_current
        limit 1
    ) as counting_id,
    before.submission_id as previous_id,
    before.version as previous_version
from ops.submission as s
left join ops.submission as o on o.submission_id = s.duplicate_of
left join raw.cover as c on c.submission_id = coalesce(s.duplicate_of, s.submission_id)
left join registry.projects as p on p.project_code = s.project_code
left join lateral (
    select b.submission_id, b.version from ops.submission as b
    where b.project_code = s.project_code and b.period = s.period and b.version < s.version
    order by b.version desc limit 1
) as before on true
where s.submission_id = any(:ids)
order by s.submission_id
""")

_FINDINGS = sa.text("""
select
    f.submission_id, f.rule, f.severity, f.sheet, f.row_number, f.column_name,
    coalesce(f.cell, (r.column_letters ->> 'value') || f.row_number) as cell,
    f.value, f.waived, f.enterprise_ref, w.reason
from ops.finding as f
inner join ops.submission as s on s.submission_id = f.submission_id
left join ops.sheet_reading as r
    on r.submission_id = f.submission_id and r.sheet = f.sheet and f.sheet = 'cover' and f.row_number is not null
left join lateral (
    select w.reason from registry.waivers as w
    where
        f.waived
        and w.rule = f.rule
        and (w.project_code is null or w.project_code = s.project_code)
        and (w.period is null or w.period = s.period)
        and (w.enterprise_ref is null or w.enterprise_ref = f.enterprise_ref)
        and s.received_on <= w.expires_on
    limit 1
) as w on true
where f.submission_id = any(:ids)
order by f.submission_id, f.sheet, f.row_number nulls first, f.column_name nulls first, f.rule
""")


def load_deliveries(connection: sa.Connection, submission_ids: Sequence[str]) -> list[Delivery]:
    """The deliveries of those ids, each with its findings and those of the version before it."""
    rows = connection.execute(_DELIVERIES, {"ids": list(submission_ids)}).mappings().all()
    related = {row[name] for row in rows for name in ("submission_id", "duplicate_of", "previous_id")} - {None}
    findings: dict[str, list[Finding]] = defaultdict(list)
    for found in connection.execute(_FINDINGS, {"ids": list(related)}):
        submission_id, *values = tuple[Any, ...](found)
        findings[submission_id].append(Finding(*values))
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
        deliveries.append(Delivery(**facts, sheets=places, findings=tuple(findings[own]), previous=previous))
    return deliveries
