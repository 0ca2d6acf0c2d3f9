"""The history of figures made again: every night that published, in its order, with what it judged by."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.closing import keeping
from include.platform import database, schema
from include.platform.copying import copy_rows
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings
from include.platform.tables import inbox_file, submission
from include.reproduction import past, plans
from include.reproduction.project_copy import ProjectCopy
from include.stage2_landing import manifest
from include.stage2_landing.land import known_files
from include.stage6_publication import history, kept_nights

#: Of a kept night, what its row says again when it was replayed.
_MOMENTS = ("inbox", "registry", "accepts", "started_at", "published_at", "reference_sha256", "rules_sha256")


@dataclass(frozen=True)
class Replayed:
    """How many nights are there again, and the releases that are back."""

    nights: int
    releases: keeping.BroughtBack


def replay(settings: Settings, say: Callable[[str], object] = lambda _line: None) -> Replayed:
    """Make history and figures again in an empty warehouse, a publication after the other.

    Raises UsageError where the warehouse is not empty or a night was run by a software that did not keep what it judged
    by, PlatformError where the archive is not whole or a night cannot be made again: the nights before it are there
    then.
    """
    schema.prepare(settings)
    engine = database.engine(settings, "loader")
    try:
        _check_empty(engine)
        nights = _kept(settings)
        deliveries = past.received(settings.archive)
        taken: set[str] = set()
        planned = [(one, _plan(one, nights, deliveries, taken)) for one in nights]
        with tempfile.TemporaryDirectory(dir=settings.state, prefix=".replaying-") as name:
            folder = Path(name)
            for number, (judged_by, some) in enumerate(groupby(planned, lambda pair: _judged_by(pair[0]))):
                group = [plan for _, plan in some]
                say(f"{len(group)} nights, from {group[0].as_of} to {group[-1].as_of}")
                _run(settings, folder / str(number), *judged_by, group)
        with database.transaction(settings, "transformer") as connection:
            history.set_moments(connection)
        _enter(engine, [one for one in deliveries if one["submission_id"] not in taken], deliveries)
        return Replayed(len(nights), keeping.bring_back(settings))
    finally:
        engine.dispose()


def _check_empty(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        if connection.scalar(sa.select(sa.exists(sa.select(submission.c.submission_id)))):
            raise UsageError(
                "HISTORY=yes makes the history again from the first night on, in an empty database; this one is not "
                "empty, and nothing was changed."
            )


def _kept(settings: Settings) -> list[kept_nights.KeptNight]:
    try:
        nights = kept_nights.read(settings.archive)
    except kept_nights.NightsBroken as error:
        raise PlatformError(f"{error}. Bring it back from a backup.") from None
    if not nights:
        raise UsageError(f"There is no list of nights in {settings.archive}: without HISTORY=yes history begins anew.")
    for one in nights:
        past.PastNight.of(one.row)
    return nights


def _judged_by(one: kept_nights.KeptNight) -> tuple[str, str]:
    return one.row["reference_sha256"], one.row["rules_sha256"]


def _plan(
    one: kept_nights.KeptNight,
    nights: Iterable[kept_nights.KeptNight],
    deliveries: Iterable[manifest.Delivery],
    taken: set[str],
) -> plans.PlannedNight:
    """The night with what was taken until then and after the one before it; that is ``taken`` then."""
    night = past.PastNight.of(one.row)
    known = {each.night_id for each in nights}
    until = {each.night_id for each in nights if each.row["started_at"] <= one.row["started_at"]}
    mine = [
        delivery
        for delivery in past.received_by(deliveries, night, until, known)
        if delivery["submission_id"] not in taken
    ]
    taken |= {delivery["submission_id"] for delivery in mine}
    rows = [kept_nights.as_decided(delivery, one.decided) for delivery in mine]
    moments = {name: one.row[name] for name in _MOMENTS}
    return plans.PlannedNight(night.night_id, night.as_of, night.registry_sha256, rows, moments)


def _run(
    settings: Settings, folder: Path, reference_sha256: str, rules_sha256: str, nights: list[plans.PlannedNight]
) -> None:
    for name in ("inbox", "registry"):
        (folder / name).mkdir(mode=0o700, parents=True)
    copy = ProjectCopy.of(folder / "project", settings.archive, reference_sha256, rules_sha256)
    plans.write(folder / "plan.json", settings.archive, nights)
    told = replace(settings, inbox=str(folder / "inbox"), registry=folder / "registry", mail=None)
    copy.run("include.reproduction.child", [str(folder / "plan.json")], told.environment())


def _enter(engine: sa.Engine, rest: list[dict[str, Any]], deliveries: list[dict[str, Any]]) -> None:
    """What no night that published has taken waits for the next one; no file of the inbox is taken twice."""
    with engine.begin() as connection:
        copy_rows(connection, submission, rest)
        connection.execute(sa.delete(inbox_file))
        copy_rows(connection, inbox_file, known_files(deliveries))
