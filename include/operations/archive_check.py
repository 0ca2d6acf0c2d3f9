"""The archive by itself and beside the database: whole is what it holds, and it holds what it has to."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.closing import keeping
from include.platform import content
from include.platform.names import path_part
from include.platform.settings import LIMA, Settings
from include.platform.tables import closing, night, submission
from include.stage2_landing import manifest
from include.stage6_publication import kept_nights

#: Part of the archive's deliveries that housekeeping compares each day: all of them in a month.
DAILY_SHARE = 1 / 30
_NAMED = 10
_COMPARED = ("archive_path", "sha256", "file_name", "size_bytes")

#: Drop folder and number of a delivery.
Place = tuple[str, int]


@dataclass(frozen=True)
class Known:
    """What the database knows that the archive has to have."""

    #: rows of ``ops.submission``
    ledger: Mapping[Place, sa.Row[Any]] = field(default_factory=dict)
    #: rows of ``ops.night`` of those that published, as they began
    nights: tuple[Mapping[str, Any], ...] = ()
    releases: frozenset[str] = frozenset()

    @classmethod
    def of(cls, connection: sa.Connection) -> Known:
        """As the database stands. As the loader or the transformer."""
        rows = connection.execute(sa.select(submission).order_by(submission.c.submission_id))
        published = sa.select(night).where(night.c.published_at.is_not(None)).order_by(night.c.started_at)
        released: set[str] = set(connection.scalars(sa.select(closing.c.release).where(closing.c.release.is_not(None))))
        return cls(
            {(path_part(row.project_code), row.delivery_number): row for row in rows},
            tuple(dict(row) for row in connection.execute(published).mappings()),
            frozenset(released),
        )


@dataclass(frozen=True)
class Checked:
    """How many deliveries were compared, those that are whole, and what is wrong: a sentence each, no personal data."""

    compared: int
    whole: list[manifest.Delivery]
    faults: list[str]


def look(archive: Path, known: Known | None = None, share: float = 1.0, turn: int = 0) -> Checked:
    """Compare all kinds of things the archive holds with their hashes, and with what is ``known`` of them.

    Deliveries, the files that nights judged by, the list of nights, releases: named is what is rotten, and what is gone
    of all that the database or the archive's own list names. Of the deliveries a ``share`` (0 to 1) is compared, and
    ``turn`` says which: with 1/30 thirty turns after each other compare every one. Nothing is changed.
    """
    known = known or Known()
    try:
        manifest.bring_to_place(archive)
    except ValueError as error:
        return Checked(0, [], [str(error)])
    parts = max(1, round(1 / share))
    paths = [path for path in manifest.paths(archive) if _turn_of(path) % parts == turn % parts]
    found = manifest.read_these(archive, paths)
    faults = [
        *found.faults,
        *_apart(archive, known, found.deliveries),
        *_lost(archive, known),
        *content.faults(archive, kept_nights.judged_by([*known.nights, *kept_nights.rows(archive)])),
        *kept_nights.faults(archive, [row["night_id"] for row in known.nights if row["rules_sha256"]]),
        *keeping.faults(archive, known.releases),
    ]
    return Checked(len(paths), found.deliveries, faults)


def verify(settings: Settings, engine: sa.Engine, share: float = 1.0, turn: int = 0) -> Checked:
    """Look at the archive beside the database, and whether that knows all of its deliveries."""
    with engine.connect() as connection:
        known = Known.of(connection)
    checked = look(settings.archive, known, share, turn)
    faults = [f"{fault}." for fault in checked.faults]
    ledger = {(row.project_code, row.delivery_number) for row in known.ledger.values()}
    if unknown := manifest.unknown(settings.archive, ledger):
        few = ", ".join(f"{path.parent.name} {int(path.stem)}" for path in unknown[:_NAMED])
        faults.append(
            f"The archive has {len(unknown)} deliveries that the database does not know ({few}): it is older than the "
            "archive; the next night enters them again."
        )
    return Checked(checked.compared, checked.whole, faults)


def verify_daily(settings: Settings, engine: sa.Engine, now: datetime) -> list[str]:
    """What the day's share shows, in a few lines for the operator; empty where it is whole."""
    checked = verify(settings, engine, DAILY_SHARE, now.astimezone(LIMA).date().toordinal())
    lines = [f"The archive is not whole. {fault}" for fault in checked.faults[:_NAMED]]
    if len(checked.faults) > _NAMED:
        lines.append(f"The archive has {len(checked.faults) - _NAMED} more faults.")
    return lines and [*lines, "Bring these files of STATE/archive back from a backup; figures stay as they are."]


def _turn_of(path: Path) -> int:
    return zlib.crc32(f"{path.parent.name}/{path.stem}".encode())


def _apart(archive: Path, known: Known, deliveries: list[manifest.Delivery]) -> Iterator[str]:
    """Deliveries of which the ledger says something else than the archive."""
    for delivery in deliveries:
        row = known.ledger.get((path_part(delivery["project_code"]), delivery["delivery_number"]))
        path = manifest.manifest_of(archive, delivery["project_code"], delivery["delivery_number"])
        for name in _COMPARED if row else ():
            if delivery[name] != getattr(row, name):
                yield f"{delivery['submission_id']}: the database and {path} differ in {name}"


def _lost(archive: Path, known: Known) -> Iterator[str]:
    """Deliveries of the ledger that the archive does not know."""
    there = {(path.parent.name, int(path.stem)) for path in manifest.paths(archive)}
    for place, row in known.ledger.items():
        path = manifest.manifest_of(archive, row.project_code, row.delivery_number)
        if place not in there and not path.exists():
            yield f"{row.submission_id}: the archive does not know it, {path} is gone"
