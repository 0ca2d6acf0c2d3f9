"""The archived copies beside the ledger's hashes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import sqlalchemy as sa

from include.operations.archive_check import verify
from include.operations.doctor.check import Check, listed
from include.platform.settings import Settings

NAME = "archive"

#: About so many copies are looked at, others each time, unless all are asked for.
SAMPLE = 100


def look_at_archive(settings: Settings, engine: sa.Engine, full: bool) -> Check:
    """Compare a sample of the archived copies, or all of them, with the ledger."""
    with engine.connect() as connection:
        deliveries = connection.scalar(sa.text("select count(*) from ops.submission")) or 0
    share = 1.0 if full else min(1.0, SAMPLE / max(deliveries, 1))
    checked = verify(settings, engine, share, secrets.randbelow(10**6))
    if checked.faults:
        return Check(
            NAME,
            "fault",
            f"{len(checked.faults)} faults among {checked.compared} deliveries: {listed(checked.faults)}",
            "Bring them back from a backup (archive/ in it); no rebuild before that. FULL=yes looks at all.",
        )
    sample = "" if share == 1 else ", a sample (FULL=yes compares all)"
    return Check(NAME, "ok", f"{checked.compared} copies are what was taken{sample}")


def without_ledger(settings: Settings) -> Iterator[Check]:
    """Of an archive without a database to compare it with."""
    if settings.archive.is_dir() and any(settings.archive.glob("[!.]*/*")):
        step = "Start the database (make url) and look again; if it is lost, make restore or make rebuild."
        yield Check(NAME, "warning", "not compared: the ledger cannot be asked", step)
    else:
        yield Check(NAME, "ok", "nothing yet: the first night makes it")
