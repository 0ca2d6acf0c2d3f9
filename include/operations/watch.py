"""What the operator has to be told of in the morning: a night that failed or is late, a due date that has passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from include.operations.archive_check import verify_daily
from include.platform import statements
from include.platform.settings import LIMA, Settings
from include.stage7_outputs.mail.addresses import addresses
from include.stage7_outputs.mail.outbox import begin, put
from include.stage7_outputs.night_report.report import is_reported, write_report

_SQL = statements.beside(__file__)


@dataclass(frozen=True)
class Notices:
    """One line each, in words without personal data; both empty on a good day."""

    nights: list[str]
    partners: list[str]

    def __bool__(self) -> bool:
        return bool(self.nights or self.partners)


def tell_operator(settings: Settings, engine: sa.Engine, now: datetime) -> None:
    """Write what there is to tell at ``now`` (aware) into the outbox: failures, what is late, a rotten archive."""
    report_failures(settings, engine, now)
    notices = look(engine, now)
    notices.nights.extend(verify_daily(settings, engine, now))
    if notices:
        write_notice(settings, notices, now)


def look(engine: sa.Engine, now: datetime) -> Notices:
    """What there is to tell at ``now`` (aware): of the last day's nights, and of reports due yesterday.

    Of a night that failed its report tells (:func:`report_failures`). A night is late where the morning's watch finds
    none that began on its day in Lima and succeeded. A partner is named once, on the day after the due date, for a
    project that runs in the period and has delivered nothing for it.
    """
    with engine.connect() as connection:
        return Notices(_nights(connection, now.astimezone(LIMA)), _partners(connection, now.astimezone(LIMA).date()))


def report_failures(settings: Settings, engine: sa.Engine, now: datetime) -> list[str]:
    """Report the nights of the day that did not succeed, unless one did after them; returns those reported now.

    A night whose report was written when it ended is not reported again.
    """
    with engine.connect() as connection:
        rows = _of_the_day(connection, now)
    if not rows or rows[-1].status == "succeeded":
        return []
    over = [row.night_id for row in rows if row.status in ("failed", "abandoned")]
    return [
        night_id for night_id in over if not is_reported(engine, night_id) and write_report(settings, engine, night_id)
    ]


def write_notice(settings: Settings, notices: Notices, now: datetime) -> str:
    """Put the notices into the outbox, addressed to ``OPERATOR_EMAIL`` if it is set; returns the file's name."""
    said = "the night needs you" if notices.nights else "reports are due"
    name = f"watch_{now.astimezone(LIMA):%Y%m%d}"
    message = begin(addresses(settings.operator_email), f"AL-INVEST Verde warehouse: {said}", f"{name}.{now:%H%M%S}")
    message.set_content("\n\n".join("\n".join(part) for part in (notices.nights, notices.partners) if part) + "\n")
    put(settings, f"{name}.eml", message.as_bytes())
    return f"{name}.eml"


def _nights(connection: sa.Connection, now: datetime) -> list[str]:
    rows = _of_the_day(connection, now)
    if not rows:
        return [f"No night has begun on {now:%Y-%m-%d}: is the scheduler running (make up)?"]
    if rows[-1].status == "succeeded":
        return []
    return [f"The night {row.night_id} is still running." for row in rows if row.status == "running"]


def _of_the_day(connection: sa.Connection, now: datetime) -> Sequence[sa.Row[Any]]:
    """The nights that began on the day of ``now`` in Lima, in their order."""
    midnight = now.astimezone(LIMA).replace(hour=0, minute=0, second=0, microsecond=0)
    query = sa.text("select night_id, status from ops.night where started_at >= :since order by started_at")
    return connection.execute(query, {"since": midnight}).all()


def _partners(connection: sa.Connection, today: date) -> list[str]:
    rows = connection.execute(
        _SQL("overdue"),
        {"today": today},
    ).all()
    return [f"{row.project_code} has not delivered {row.period}, which was due on {row.due_on}." for row in rows]
