"""The figures of a past night, made again from the archive alone and compared with those that were kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from include.platform import database, schema
from include.platform.code_version import code_version
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings
from include.reproduction import compare, past, plans
from include.reproduction.project_copy import ProjectCopy
from include.reproduction.scratch import deliver, scratch, without_airflow
from include.stage6_publication import kept_nights


@dataclass(frozen=True)
class Reproduced:
    """What came of it; ``said`` are remarks on what was not as it was that night."""

    night: past.PastNight
    deliveries: int
    comparisons: list[compare.Comparison]
    said: list[str]

    @property
    def is_equal(self) -> bool:
        return all(one.is_equal for one in self.comparisons)


def reproduce(
    settings: Settings,
    *,
    release: str | None = None,
    day: date | None = None,
    night_id: str | None = None,
    say: Callable[[str], object] = lambda _line: None,
) -> Reproduced:
    """Make the figures of a release's night, of the night that stood at the end of ``day``, or of one by its id, again.

    They are compared with those that were kept, and with the signed ones of the release.

    The warehouse is read and not changed. Raises UsageError where there is no such release, night or figure any more,
    PlatformError where the archive is not whole or today's software cannot make that night again.
    """
    schema.prepare(settings)
    with database.connected(settings, "transformer") as connection:
        night = _asked(connection, release, day, night_id)
        later = compare.begins_later(connection, night)
    if later and not release:
        raise UsageError(
            f"The figures of {night.as_of} were not kept: their history begins with the night {later.night_id} of "
            f"{later.as_of}."
        )
    say(f"the night {night.night_id} of {night.as_of}: its deliveries, registry, reference figures and rules")
    with made_again(settings, night, say) as made:
        say("the figures beside those that were kept")
        comparisons = [] if later else compare.with_history(settings, made.settings, night)
        if release:
            comparisons.append(compare.with_release(settings, made.settings, release))
    return Reproduced(night, made.deliveries, comparisons, [*made.said, *_of_software(night)])


@dataclass(frozen=True)
class MadeAgain:
    """A scratch warehouse with the figures of a past night."""

    settings: Settings
    deliveries: int
    said: tuple[str, ...]


@contextmanager
def made_again(
    settings: Settings, night: past.PastNight, say: Callable[[str], object] = lambda _line: None
) -> Iterator[MadeAgain]:
    """The figures of ``night`` in a scratch warehouse, which is gone afterwards."""
    until, known = _nights(settings, night)
    deliveries = past.received_by(past.received(settings.archive), night, until, known)
    decided = _decided(settings, until)
    rows = [kept_nights.as_decided(delivery, decided) for delivery in deliveries]
    with scratch(settings) as made:
        deliver(made, settings.archive, deliveries)
        copy = ProjectCopy.of(made.state / "project", settings.archive, night.reference_sha256, night.rules_sha256)
        plan = made.state / "plan.json"
        planned = plans.PlannedNight(night.night_id, night.as_of, night.registry_sha256, rows)
        plans.write(plan, settings.archive, [planned])
        say(f"{len(deliveries)} deliveries are read, judged and counted again")
        with without_airflow(settings):
            copy.run("include.reproduction.child", [str(plan)], replace(made, as_of=night.as_of).environment())
        yield MadeAgain(made, len(deliveries), copy.said)


def _nights(settings: Settings, night: past.PastNight) -> tuple[set[str], set[str]]:
    """Ids of the nights until then, and of all that the database knows."""
    with database.connected(settings, "transformer") as connection:
        return past.nights_until(connection, night), past.all_nights(connection)


def _asked(connection: sa.Connection, release: str | None, day: date | None, night_id: str | None) -> past.PastNight:
    if release:
        return past.of_release(connection, release)
    return past.of_id(connection, night_id) if night_id else past.of_day(connection, day or date.max)


def _decided(settings: Settings, until: set[str]) -> dict[str, str | None]:
    """What was decided of deliveries by then."""
    try:
        return kept_nights.decisions([one for one in kept_nights.read(settings.archive) if one.night_id in until])
    except kept_nights.NightsBroken as error:
        raise PlatformError(f"{error}. Bring it back from a backup.") from None


def _of_software(night: past.PastNight) -> list[str]:
    today = code_version()
    if night.code_version == today:
        return [f"The software is that night's, {today}."]
    return [f"The software is another: {today} today, {night.code_version or 'an unknown one'} that night."]
