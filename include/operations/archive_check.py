"""The archive beside the ledger: every copy as it was taken, every delivery in both."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from include.platform import content
from include.platform.settings import LIMA, Settings
from include.platform.tables import night, submission
from include.stage2_landing import manifest
from include.stage6_publication import kept_nights

#: Part of the archive that housekeeping compares each day: all of it in a month.
DAILY_SHARE = 1 / 30
_NAMED = 10
_COMPARED = ("archive_path", "sha256", "file_name", "size_bytes")


@dataclass(frozen=True)
class Checked:
    """How many deliveries were compared, and what is wrong: one sentence each, without personal data."""

    deliveries: int
    faults: list[str]


def verify(settings: Settings, engine: sa.Engine, share: float = 1.0, turn: int = 0) -> Checked:
    """Compare a ``share`` (0 to 1) of the ledger's deliveries with their manifests and the hashes of their copies.

    ``turn`` says which part: with a share of 1/30 thirty turns after each other compare everything. That there are no
    deliveries in the archive which the ledger does not know is looked at every time. No copy is changed.
    """
    try:
        manifest.bring_to_place(settings.archive)
    except ValueError as error:
        return Checked(0, [f"{error}."])
    parts = max(1, round(1 / share))
    with engine.connect() as connection:
        rows = connection.execute(sa.select(submission).order_by(submission.c.submission_id)).all()
        judged_by = _judged_by(connection)
    chosen = [row for row in rows if zlib.crc32(row.submission_id.encode()) % parts == turn % parts]
    faults = [fault for row in chosen for fault in _faults(settings, row)]
    faults += [f"{fault}." for fault in content.faults(settings.archive, judged_by)]
    faults += [f"{fault}." for fault in kept_nights.faults(settings.archive)]
    unknown = manifest.unknown(settings.archive, {(row.project_code, row.delivery_number) for row in rows})
    if unknown:
        few = ", ".join(f"{path.parent.name} {int(path.stem)}" for path in unknown[:_NAMED])
        faults.append(
            f"The archive has {len(unknown)} deliveries that the database does not know ({few}): it is older than the "
            "archive; the next night enters them again."
        )
    return Checked(len(chosen), faults)


def verify_daily(settings: Settings, engine: sa.Engine, now: datetime) -> list[str]:
    """What the day's share shows, in a few lines for the operator; empty where it is whole."""
    checked = verify(settings, engine, DAILY_SHARE, now.astimezone(LIMA).date().toordinal())
    lines = [f"The archive is not whole. {fault}" for fault in checked.faults[:_NAMED]]
    if len(checked.faults) > _NAMED:
        lines.append(f"The archive has {len(checked.faults) - _NAMED} more faults.")
    return lines and [*lines, "Bring these files of STATE/archive back from a backup; figures stay as they are."]


def _judged_by(connection: sa.Connection) -> set[tuple[str, str]]:
    """The sets of files that nights which published judged by: kind and hash."""
    columns = {
        content.REGISTRY: "registry_sha256",
        content.REFERENCE: "reference_sha256",
        content.RULES: "rules_sha256",
    }
    found: set[tuple[str, str]] = set()
    for kind, column in columns.items():
        published = sa.select(night.c[column]).distinct().where(night.c.published_at.is_not(None))
        digests: list[str | None] = list(connection.scalars(published))
        found |= {(kind, digest) for digest in digests if digest}
    return found


def _faults(settings: Settings, row: sa.Row[Any]) -> Iterator[str]:
    path = manifest.manifest_of(settings.archive, row.project_code, row.delivery_number)
    try:
        delivery = manifest.load(settings.archive, path)
        manifest.check_copy(settings.archive, delivery)
    except ValueError as error:
        yield f"{error}."
        return
    for name in _COMPARED:
        if delivery[name] != getattr(row, name):
            yield f"{row.submission_id}: the database and {path} differ in {name}."
