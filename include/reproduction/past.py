"""Which past night is meant, and which deliveries had been received by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.platform.errors import PlatformError, UsageError
from include.platform.statements import beside
from include.stage2_landing import manifest

_SQL = beside(__file__)
#: What a night judged and counted by, kept by content.
KEPT = ("registry_sha256", "reference_sha256", "rules_sha256")
_NAMED = 5


@dataclass(frozen=True)
class PastNight:
    """A night that published, and by what it judged."""

    night_id: str
    as_of: date
    published_at: datetime
    registry_sha256: str
    reference_sha256: str
    rules_sha256: str
    code_version: str
    accepts: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Any) -> PastNight:
        """Of a row of ``ops.night``. Raises UsageError where it was not kept what the night judged by."""
        if not all(row[name] for name in KEPT):
            raise UsageError(
                f"What the night {row['night_id']} of {row['as_of']} judged by was not kept: it was run by an earlier "
                "version of the software."
            )
        values = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "code_version": row["code_version"] or "", "accepts": tuple(row["accepts"])})


def of_day(connection: sa.Connection, day: date) -> PastNight:
    """The night whose figures stood at the end of ``day``. Raises UsageError where there is none."""
    row = connection.execute(_SQL("of_day"), {"day": day}).mappings().one_or_none()
    if row is None:
        first = connection.scalar(_SQL("first_day"))
        if first is None:
            raise UsageError("No night has published yet: there is no figure to reproduce.")
        raise UsageError(f"{day} lies before {first}, the load date of the first night: there were no figures yet.")
    return PastNight.of(row)


def of_id(connection: sa.Connection, night_id: str) -> PastNight:
    """A night by its id. Raises UsageError where nothing is known of it, or it has not published."""
    row = connection.execute(_SQL("of_id"), {"night_id": night_id}).mappings().one_or_none()
    if row is None or row["published_at"] is None:
        raise UsageError(f"Of a night {night_id} that has published nothing is known.")
    return PastNight.of(row)


def of_release(connection: sa.Connection, release: str) -> PastNight:
    """The night whose figures were signed. Raises UsageError where there is no such release, or no such night."""
    known: dict[str, str] = dict(connection.execute(_SQL("releases")).tuples().all())
    if release not in known:
        raise UsageError(f"There is no release {release!r}. There are: {', '.join(known) or 'none'}.")
    return of_id(connection, known[release])


def nights_until(connection: sa.Connection, night: PastNight) -> set[str]:
    """Ids of all nights begun until then, and of this one."""
    return set(connection.scalars(_SQL("until"), {"night_id": night.night_id}))


def all_nights(connection: sa.Connection) -> set[str]:
    """Ids of all nights the database knows."""
    return set(connection.scalars(_SQL("all")))


def received(archive: Path) -> list[manifest.Delivery]:
    """Every delivery of the archive. Raises PlatformError where it is not whole."""
    found = manifest.read(archive)
    if found.faults:
        raise PlatformError(
            f"The archive is not whole ({len(found.faults)} faults): {'; '.join(found.faults[:_NAMED])}. Bring these "
            "files back from a backup."
        )
    return found.deliveries


def received_by(
    deliveries: Iterable[manifest.Delivery], night: PastNight, until: set[str], known: set[str]
) -> list[manifest.Delivery]:
    """Those that ``night`` or one before it (``until``) took; of a night that is not ``known`` the clock decides."""
    return [
        delivery
        for delivery in deliveries
        if delivery["night_id"] in until
        or (delivery["night_id"] not in known and delivery["received_at"] <= night.published_at)
    ]
