"""A night: what its steps share, and the row of ``ops.night`` that it opens, works by and closes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.platform import database, statements
from include.platform.errors import UsageError
from include.platform.settings import Settings, load_date
from include.platform.tables import night, night_report, night_warning

_SQL = statements.beside(__file__)

#: Longest reason that is kept, in characters.
REASON_MAX = 4000


@dataclass(frozen=True)
class Night:
    """The night a step works for, and its ways to the warehouse and to the operator."""

    night_id: str
    settings: Settings
    #: what the operator says is meant (``acceptances``), as the first DAG run was told
    accepts: tuple[str, ...] = ()
    #: fields of an Airflow connection to the mail server; None where there is none
    mail_server: Callable[[], Mapping[str, Any] | None] = lambda: None
    #: shows the operator a text (Markdown)
    show: Callable[[str], object] = lambda _text: None
    _engines: dict[str, sa.Engine] = field(default_factory=dict, repr=False, compare=False)

    def engine(self, role: str) -> sa.Engine:
        """The night's engine on the warehouse as ``role``."""
        if role not in self._engines:
            self._engines[role] = database.engine(self.settings, role)
        return self._engines[role]

    def dispose(self) -> None:
        """Let the connections go."""
        for role in list(self._engines):
            self._engines.pop(role).dispose()

    @property
    def data_docs(self) -> Path:
        """Where Great Expectations keeps this night's results and pages."""
        return self.settings.reports / "data_docs" / self.night_id


class NightGoesBack(UsageError):
    """The load date lies before that of the last night that published."""


def last_published_on(connection: sa.Connection) -> date | None:
    """The load date of the last night that published; None before the first."""
    query = sa.select(sa.func.max(night.c.as_of)).where(night.c.published_at.is_not(None))
    last: date | None = connection.scalar(query)
    return last


def check_date(connection: sa.Connection, as_of: date, settings: Settings | None = None) -> None:
    """Raise NightGoesBack where a night of this load date would put the past in the place of what is published."""
    _check(as_of, last_published_on(connection), settings)


def _check(as_of: date, last: date | None, settings: Settings | None) -> None:
    if last and as_of < last:
        command = f"{settings.command('reproduce') if settings else 'make reproduce'} AT={as_of}"
        raise NightGoesBack(
            f"AS_OF={as_of} lies before {last}, the load date of the last night that published: a night never goes "
            f"back, and nothing was changed. {command} reproduces the figures of that day."
        )


def last_published(settings: Settings) -> date | None:
    """As last_published_on, of a warehouse that is prepared."""
    with database.connected(settings, "loader") as connection:
        return last_published_on(connection)


def check_load_date(settings: Settings, known: date | None = None) -> None:
    """Raise NightGoesBack where the settings' load date lies before that of the last night that published.

    ``known`` is the load date of one that the database may have lost.
    """
    days = [day for day in (last_published(settings), known) if day]
    _check(load_date(settings), max(days, default=None), settings)


def open_night(
    engine: sa.Engine, night_id: str, as_of: date, inbox: str, registry: str, accepts: Sequence[str] = ()
) -> None:
    """Enter a night as running; a night that never ended (its processes died) is marked ``abandoned``.

    Nothing of an abandoned night is lost: every stage works on what it finds undone. Entering the same night again
    (a retried task) changes nothing. ``accepts`` is what the operator says is meant (``acceptances``).
    """
    with engine.begin() as connection:
        connection.execute(
            sa.update(night)
            .where(night.c.status == "running", night.c.night_id != night_id)
            .values(
                status="abandoned",
                finished_at=datetime.now(UTC),
                reason="its processes ended before it did; the next night went on from where it stood",
            )
        )
        connection.execute(
            _SQL("open"),
            {"night_id": night_id, "as_of": as_of, "inbox": inbox, "registry": registry, "accepts": list(accepts)},
        )


def close_night(engine: sa.Engine, night_id: str, status: str, reason: str | None = None) -> None:
    """Mark a night ``succeeded`` or ``failed`` with the reason in words the operator can act on."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(night)
            .where(night.c.night_id == night_id)
            .values(status=status, reason=reason and reason[:REASON_MAX], finished_at=datetime.now(UTC))
        )


def registry_of(engine: sa.Engine, night_id: str) -> str:
    """The registry folder the night was told to use."""
    with engine.connect() as connection:
        return connection.execute(sa.select(night.c.registry).where(night.c.night_id == night_id)).scalar_one()


def last_night(connection: sa.Connection) -> str | None:
    """The night begun last; None before the first."""
    query = sa.select(night.c.night_id).order_by(night.c.started_at.desc(), night.c.night_id.desc()).limit(1)
    return connection.scalar(query)


def warn(connection: sa.Connection, night_id: str, step: str, said: str, subject: str | None = None) -> None:
    """Note for the operator what the night noticed and went on from; the night's report shows it.

    ``said`` is one sentence that says what is the matter and what to do, without personal data; ``step`` is the task
    of the night, ``subject`` a project, a path, a rule. The same words of the same night are kept once, so that a step
    tried again says nothing twice.
    """
    row = {"night_id": night_id, "step": step, "subject": subject, "said": said}
    same = sa.and_(*(night_warning.c[name].is_not_distinct_from(value) for name, value in row.items()))
    if not connection.scalar(sa.select(sa.exists().where(same))):
        connection.execute(sa.insert(night_warning).values(row))


def warnings_of(connection: sa.Connection, night_id: str) -> list[sa.Row[Any]]:
    """What the night noticed, in the order in which it did: rows of ``step, subject, said``."""
    columns = (night_warning.c.step, night_warning.c.subject, night_warning.c.said)
    query = sa.select(*columns).where(night_warning.c.night_id == night_id).order_by(night_warning.c.warning_id)
    return list(connection.execute(query).all())


def report_of(engine: sa.Engine, night_id: str) -> str:
    """What the night's report says; empty where it was not written."""
    with engine.connect() as connection:
        return connection.scalar(sa.select(night_report.c.said).where(night_report.c.night_id == night_id)) or ""
