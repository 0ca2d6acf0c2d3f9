"""What the operator has to know of a night, as data: counts, codes, figures and sentences, no personal data."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from include.platform import database, nights
from include.platform.settings import Settings
from include.platform.statements import beside

_SQL = beside(__file__)

#: A figure that is more than so many times what it was is told by itself.
GROWN_BEYOND = 2

#: The tasks after which readers see the figures of the night, whether or not the night ended well.
_AFTER_SWITCH = re.compile(r"^publish\.(?!switch_marts\b)")


@dataclass(frozen=True)
class FigureChange:
    """A figure of the programme (``unique_value``) before and after; ``new`` is None where it is no more."""

    period: str
    kpi: str
    old: Decimal
    new: Decimal | None

    @property
    def has_more_than_doubled(self) -> bool:
        """Whether it is more than twice what it was, in either direction from nought."""
        return self.new is not None and abs(self.new) > GROWN_BEYOND * abs(self.old)


@dataclass(frozen=True)
class NightFacts:
    """One night. Counts are of deliveries unless the name says otherwise; lists are ordered as they are told."""

    night_id: str
    as_of: date
    status: str
    reason: str
    delivered: dict[str, int] = field(default_factory=dict)  #: project -> deliveries taken tonight
    statuses: dict[str, int] = field(default_factory=dict)  #: status -> deliveries taken tonight
    returned: dict[str, int] = field(default_factory=dict)  #: project -> deliveries returned
    returned_by: dict[str, int] = field(default_factory=dict)  #: rule -> deliveries it returned
    findings: dict[str, int] = field(default_factory=dict)  #: rule -> findings, waived ones aside
    severities: dict[str, int] = field(default_factory=dict)  #: severity -> findings
    missing: list[tuple[str, str]] = field(default_factory=list)  #: (period, project), the latest period first
    changes: list[FigureChange] = field(default_factory=list)  #: of the programme, the latest period first
    changes_elsewhere: int = 0  #: headline rows that changed beside ``changes``
    new_figures: int = 0  #: headline rows that were not there before
    warnings: list[tuple[str, str | None, str]] = field(default_factory=list)  #: (step, subject, said)
    mail_waiting: int = 0  #: messages in the outbox
    mail_refused: int = 0  #: messages a mail server refused for good
    readers_see_it: bool = False  #: the marts are those of this night
    last_good: date | None = None  #: load date of the last other night that succeeded

    @property
    def doubled(self) -> list[FigureChange]:
        """Figures of the programme that more than doubled."""
        return [change for change in self.changes if change.has_more_than_doubled]

    @property
    def needs_attention(self) -> bool:
        """Whether somebody should look: it did not succeed, noticed something, or a figure more than doubled."""
        return self.status != "succeeded" or bool(self.warnings or self.doubled)

    def document(self) -> dict[str, Any]:
        """The facts as JSON knows them: dates and numbers as text."""
        plain: dict[str, Any] = asdict(self)
        plain["as_of"], plain["last_good"] = str(self.as_of), self.last_good and str(self.last_good)
        for change in plain["changes"]:
            change["old"], change["new"] = str(change["old"]), None if change["new"] is None else str(change["new"])
        return plain


def facts_of(connection: sa.Connection, settings: Settings, night_id: str) -> NightFacts:
    """The facts of a night, from the ledger and the outbox. Raises sqlalchemy.exc.NoResultFound where there is none."""
    this = {"night_id": night_id}
    night = connection.execute(_SQL("night"), this).one()
    deliveries = connection.execute(_SQL("deliveries"), this).all()
    found = connection.execute(_SQL("findings"), this).all()
    readers_see_it = night.status == "succeeded" or bool(_AFTER_SWITCH.match(night.reason or ""))
    changes, changed, recorded = _headline_changes(settings, this) if readers_see_it else ([], 0, 0)
    return NightFacts(
        night_id=night_id,
        as_of=night.as_of,
        status=night.status,
        reason=night.reason,
        delivered=_added((row.project_code, row.deliveries) for row in deliveries),
        statuses=_added((row.status, row.deliveries) for row in deliveries),
        returned=_added((row.project_code, row.deliveries) for row in deliveries if row.status == "returned"),
        returned_by=dict(connection.execute(_SQL("returned_by"), this).tuples().all()),
        findings=_added((row.rule, row.findings) for row in found),
        severities=_added((row.severity, row.findings) for row in found),
        missing=[(row.period, row.project_code) for row in connection.execute(_SQL("missing"), {"as_of": night.as_of})],
        changes=changes,
        changes_elsewhere=changed - len(changes),
        new_figures=recorded - changed,
        warnings=[(row.step, row.subject, row.said) for row in nights.warnings_of(connection, night_id)],
        mail_waiting=_messages(settings, ""),
        mail_refused=_messages(settings, "refused"),
        readers_see_it=readers_see_it,
        last_good=connection.execute(_SQL("last_good"), this).scalar_one(),
    )


def _headline_changes(settings: Settings, night: dict[str, str]) -> tuple[list[FigureChange], int, int]:
    """The programme's figures that changed, and the number of all that did and of these with the first ones."""
    with database.connected(settings, "me_officer") as connection:
        changed, recorded = connection.execute(_SQL("all_changes"), night).tuples().one()
        changes = connection.execute(_SQL("changes"), night).mappings()
        return [FigureChange(**row) for row in changes], changed, recorded


def _added(pairs: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in pairs:
        sums[name] = sums.get(name, 0) + count
    return sums


def _messages(settings: Settings, folder: str) -> int:
    place = settings.outbox / folder
    return sum(1 for _ in place.glob("*.eml")) if place.is_dir() else 0
