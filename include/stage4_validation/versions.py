"""Which deliveries are duplicates, which are versions, and which version is the current one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from include.platform.copying import copy_rows
from include.platform.tables import finding, raw, reading_finding, shadow_finding, sheet_reading

ACCEPTED = ("accepted", "accepted_with_findings")


@dataclass
class Delivery:
    """A delivery of one drop folder; ``version`` and what follows it are worked out by ``number_versions``."""

    submission_id: str
    project_code: str
    sha256: str
    period: str | None
    status: str
    version: int | None
    duplicate_of: str | None
    is_current: bool = field(default=False)

    @property
    def is_accepted(self) -> bool:
        return self.status in ACCEPTED


def number_versions(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Go through one drop folder's deliveries in the order they were taken (submission.md, Delivery).

    Bytes equal to those of the current accepted version of any period are a duplicate. Every other delivery whose
    period could be read is a new version of its period; the accepted one taken last is current. What an earlier
    night decided to be a version or a duplicate stays one.
    """
    ordered = list(deliveries)
    current: dict[str, Delivery] = {}
    versions: dict[str, int] = {}
    for delivery in ordered:
        if delivery.status == "duplicate":
            continue
        delivery.is_current = False
        same = next((other for other in current.values() if other.sha256 == delivery.sha256), None)
        if same and delivery.version is None:
            delivery.status = "duplicate"
            delivery.duplicate_of = same.submission_id
        elif delivery.period:
            versions[delivery.period] = versions.get(delivery.period, 0) + 1
            delivery.version = versions[delivery.period]
            if delivery.is_accepted:
                current[delivery.period] = delivery
        else:  # also where it had one, read with other code lists
            delivery.version = None
    for delivery in current.values():
        delivery.is_current = True
    return ordered


def decide_versions(connection: sa.Connection) -> None:
    """Decide duplicates, versions and current versions in the drop folders of ``work.settling``.

    A duplicate is without effect: what was read and found of it on the way to this decision goes.
    """
    rows = connection.execute(
        sa.text("""
        select submission_id, project_code, sha256, period, status, version, duplicate_of
        from ops.submission
        where
            status <> 'landed'
            and project_code in (
                select s.project_code from ops.submission as s
                inner join work.settling as t on t.submission_id = s.submission_id
            )
        order by project_code, delivery_number
        """)
    ).all()
    folders: dict[str, list[Delivery]] = {}
    for row in rows:
        folders.setdefault(row.project_code, []).append(Delivery(**row._mapping))
    decided = [delivery for folder in folders.values() for delivery in number_versions(folder)]
    _record(connection, decided)
    for table in (*raw.values(), sheet_reading, reading_finding, finding, shadow_finding):
        connection.execute(
            sa.text(f"""
            delete from {table.schema}.{table.name} as t
            using ops.submission as s
            inner join work.settling as w on w.submission_id = s.submission_id
            where s.submission_id = t.submission_id and s.status = 'duplicate'
            """)
        )


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
    connection.execute(
        sa.text("""
        update ops.submission as s
        set status = d.status, version = d.version, duplicate_of = d.duplicate_of, is_current = d.is_current
        from work.decision as d
        where
            d.submission_id = s.submission_id
            and (s.status, s.version, s.duplicate_of, s.is_current)
                is distinct from (d.status, d.version, d.duplicate_of, d.is_current)
        """)
    )
