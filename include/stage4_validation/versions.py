"""Which deliveries are duplicates, which are versions, and which version is the current one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from include.platform.copying import copy_rows
from include.platform.statements import beside
from include.platform.tables import finding, raw, reading_finding, shadow_finding, sheet_reading

ACCEPTED = ("accepted", "accepted_with_findings")
WITHDRAWN = "withdrawn"

_SQL = beside(__file__)


@dataclass
class Delivery:
    """A delivery of one drop folder; ``number_versions`` works out ``version`` and the two after it."""

    submission_id: str
    project_code: str
    sha256: str
    period: str | None
    status: str
    version: int | None
    duplicate_of: str | None
    is_current: bool = field(default=False)
    received_on: date | None = None
    #: the night at work took it; otherwise an earlier one did, and its own registry is not known any more
    is_of_tonight: bool = True
    withdrawn_on: date | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status in ACCEPTED

    def stood_when(self, other: Delivery) -> bool:
        """Whether it was accepted, and not yet withdrawn, when ``other`` was taken after it."""
        if self.status != WITHDRAWN:
            return self.is_accepted
        if other.is_of_tonight or self.withdrawn_on is None or other.received_on is None:
            return False
        return other.received_on < self.withdrawn_on


def number_versions(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Go through one drop folder's deliveries in the order they were taken (submission.md, Delivery).

    Bytes equal to those of the current accepted version of any period are a duplicate. Every other delivery whose
    period could be read is a new version of its period; the accepted one taken last is current. What an earlier
    night decided to be a version or a duplicate stays one, also where it is read again from the archive and only
    ``version`` or ``duplicate_of`` says so. A withdrawn version is not current; a delivery that is decided later than
    it was taken, as by a rebuild, is compared with what was current on that day.
    """
    ordered = list(deliveries)
    taken: dict[str, list[Delivery]] = {}
    versions: dict[str, int] = {}
    for delivery in ordered:
        if delivery.status == "duplicate":
            continue
        delivery.is_current = False
        current = (_last(period, standing_for=delivery) for period in taken.values())
        same = next((other for other in current if other and other.sha256 == delivery.sha256), None)
        if delivery.version is None and (same or delivery.duplicate_of):
            delivery.status = "duplicate"
            delivery.duplicate_of = delivery.duplicate_of or (same.submission_id if same else None)
        elif delivery.period:
            versions[delivery.period] = versions.get(delivery.period, 0) + 1
            delivery.version = versions[delivery.period]
            taken.setdefault(delivery.period, []).append(delivery)
        else:  # also where it had one, read with other code lists
            delivery.version = None
    for period in taken.values():
        if current_one := next((one for one in reversed(period) if one.is_accepted), None):
            current_one.is_current = True
    return ordered


def _last(period: list[Delivery], standing_for: Delivery) -> Delivery | None:
    return next((one for one in reversed(period) if one.stood_when(standing_for)), None)


def decide_versions(connection: sa.Connection, night_id: str | None) -> None:
    """Decide duplicates, versions and current versions in the drop folders of ``work.settling``; in the night given.

    A duplicate is without effect: what was read and found of it on the way to this decision goes.
    """
    rows = connection.execute(_SQL("deliveries"), {"night_id": night_id}).all()
    folders: dict[str, list[Delivery]] = {}
    for row in rows:
        folders.setdefault(row.project_code, []).append(Delivery(**row._mapping))
    decided = [delivery for folder in folders.values() for delivery in number_versions(folder)]
    _record(connection, decided)
    for table in (*raw.values(), sheet_reading, reading_finding, finding, shadow_finding):
        connection.execute(_SQL("forget_duplicates", read=f"{table.schema}.{table.name}"))


def _record(connection: sa.Connection, decided: list[Delivery]) -> None:
    decision = sa.Table(
        "decision",
        sa.MetaData(),
        sa.Column("submission_id", sa.Text),
        sa.Column("status", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("duplicate_of", sa.Text),
        sa.Column("is_current", sa.Boolean),
        schema="work",
    )
    decision.drop(connection, checkfirst=True)
    decision.create(connection)
    copy_rows(
        connection,
        decision,
        ({column.name: getattr(delivery, column.name) for column in decision.columns} for delivery in decided),
    )
    connection.execute(_SQL("decide"))
