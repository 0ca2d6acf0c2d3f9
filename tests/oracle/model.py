"""What the oracle talks about: findings, rows, versions and the outcome of a night."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.oracle.cells import Cell
from tests.oracle.values import EMPTY, Value


@dataclass
class Finding:
    """One finding at its place (``submission.md``: Findings and what follows from them)."""

    rule: str
    severity: str
    sheet: str
    row_number: int | None = None
    column_name: str = ""
    enterprise: str = ""
    waived: bool = False


@dataclass
class Row:
    """A data row of a sheet with its values as read."""

    sheet: str
    number: int
    values: dict[str, Value]
    total: bool = False
    repeated: bool = False
    #: it has more fields than its header
    slipped: bool = False
    findings: list[Finding] = field(default_factory=list)

    def value(self, column: str) -> Value:
        """The value of a column; empty where the sheet has no such column."""
        return self.values.get(column, EMPTY)

    def read(self, column: str):
        """The value as read, None where empty or unreadable."""
        return self.value(column).read

    def faulty(self) -> bool:
        """An unwaived error on the row itself."""
        return any(f.severity == "error" and not f.waived for f in self.findings)

    def has(self, *rules: str) -> bool:
        """An unwaived finding of one of the rules."""
        return any(f.rule in rules and not f.waived for f in self.findings)


@dataclass
class Sheet:
    """A recognised sheet. ``judged`` is false where F06 or F07 keeps its rows from being judged."""

    key: str
    columns: list[str]
    rows: list[Row]
    judged: bool = True


@dataclass
class Cover:
    """The first appearance of every known field: its row, cell and value."""

    rows: dict[str, int]
    cells: dict[str, Cell]
    values: dict[str, Value]

    def read(self, name: str):
        """The field's value, None where empty, unreadable or absent."""
        return self.values.get(name, EMPTY).read


@dataclass
class Delivery:
    """A file the partners left, in the order in which it is taken."""

    project: str
    file_name: str
    path: Path
    content: bytes


@dataclass
class Version:
    """A delivery, judged."""

    delivery: Delivery
    period: str | None
    cover: Cover | None
    sheets: dict[str, Sheet]
    findings: list[Finding]
    status: str = ""
    is_current: bool = False
    index: int = 0
    #: its rows were looked at
    is_judged: bool = False

    @property
    def project(self) -> str:
        """The drop folder."""
        return self.delivery.project

    def rows(self, sheet: str) -> list[Row]:
        """The data rows of a sheet; none where it is absent."""
        return self.sheets[sheet].rows if sheet in self.sheets else []


@dataclass(frozen=True)
class Headline:
    """One row of ``marts.kpi_headline``."""

    period: str
    scope_type: str
    scope_code: str
    kpi: str
    claimed: Decimal | None
    valid: Decimal | None
    unique_value: Decimal | None
    evidenced: Decimal | None


@dataclass
class Outcome:
    """What a night from empty must come to."""

    submissions: list[tuple[str, str, str, str, bool]]
    findings: list[tuple[str, str, str, str, str, str, str]]
    headline: list[Headline]
    references: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    periods: list[str] = field(default_factory=list)
    #: period -> reports with their figures
    reported: dict[str, list] = field(default_factory=dict)
    #: ``marts.kpi_by_item``: period, scope, indicator, kind and item -> valid, unique_value, evidenced
    items: dict[tuple[str, str, str, str, str, str], tuple[int, int, int]] = field(default_factory=dict)
    #: the current version of each project and period
    current: list[Version] = field(default_factory=list)
    #: the folder of the registry, and the load date
    registry: Path = Path()
    as_of: dt.date = dt.date.min


def period_end(period: str) -> dt.date:
    """The semester's last day."""
    year, half = int(period[:4]), period[-1]
    return dt.date(year, 6, 30) if half == "1" else dt.date(year, 12, 31)


def period_start(period: str) -> dt.date:
    """The semester's first day."""
    year, half = int(period[:4]), period[-1]
    return dt.date(year, 1, 1) if half == "1" else dt.date(year, 7, 1)


def period_index(period: str) -> int:
    """``2·YYYY + n`` (``kpis.md``: Terms)."""
    return 2 * int(period[:4]) + int(period[-1])
