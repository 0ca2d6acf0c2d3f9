"""The archived copies beside the ledger's hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa

from include.operations.doctor.check import Check, listed
from include.platform.settings import Settings
from include.stage2_landing.erasure import is_redacted

NAME = "archive"

#: So many copies are looked at, drawn anew each time, unless all are asked for.
SAMPLE = 100


def look_at_archive(settings: Settings, engine: sa.Engine, full: bool) -> Check:
    """Compare a sample of the archived copies, or all of them, with the ledger."""
    looked_at, faults = archive_faults(settings, engine, None if full else SAMPLE)
    if faults:
        return Check(
            NAME,
            "fault",
            f"{len(faults)} of {looked_at} copies are not what was taken: {listed(faults)}",
            "Bring them back from a backup (archive/ in it); no rebuild before that. FULL=yes looks at all.",
        )
    sample = "" if full else ", a sample (FULL=yes compares all)"
    return Check(NAME, "ok", f"{looked_at} copies are what was taken{sample}")


def archive_faults(settings: Settings, engine: sa.Engine, most: int | None) -> tuple[int, list[str]]:
    """How many copies were looked at, ``most`` at random or all, and what is wrong with which.

    A copy that an erasure wrote has other bytes than were taken: of it only its presence is known.
    """
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("""
            select archive_path, sha256
            from (select distinct archive_path, sha256 from ops.submission) as copies
            order by random() limit :most
            """),
            {"most": most},
        ).all()
    with ThreadPoolExecutor(2) as pool:
        said = pool.map(lambda row: _fault(settings.archive / row.archive_path, row.archive_path, row.sha256), rows)
        return len(rows), sorted(filter(None, said))


def _fault(copy: Path, path: str, sha256: str) -> str:
    try:
        if is_redacted(path):
            return "" if copy.is_file() else f"{path} is missing"
        with copy.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return f"{path} is missing"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    return "" if found == sha256 else f"{path} has other bytes"


def without_ledger(settings: Settings) -> Iterator[Check]:
    """Of an archive without a database to compare it with."""
    if settings.archive.is_dir() and any(settings.archive.glob("*/*")):
        step = "Start the database (make url) and look again; if it is lost, make restore or make rebuild."
        yield Check(NAME, "warning", "not compared: the ledger cannot be asked", step)
    else:
        yield Check(NAME, "ok", "nothing yet: the first night makes it")
