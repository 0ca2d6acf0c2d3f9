"""A disk that is full when files are archived, when rows are copied, when marts are built."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from include.nightly.in_process import WAREHOUSE, prepared
from include.platform import causes, database, postgres
from include.platform.nights import Night
from include.platform.settings import Settings
from tests.faults.trial import Base

SIZE = "512m"
CHUNKS = (1 << 20, 1 << 12, 1)


class NotAllowed(Exception):
    """This machine does not let us mount a disk."""


@dataclass(frozen=True)
class SmallDisk:
    """A tmpfs with nothing on it but what belongs there."""

    place: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte is free meanwhile."""
        ballast = self.place / ".ballast"
        with ballast.open("wb", buffering=0) as file:
            for chunk in CHUNKS:
                try:
                    while file.write(b"\0" * chunk) == chunk:
                        pass
                except OSError:
                    continue
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def small_disk(settings: Settings, place: Path) -> Iterator[SmallDisk]:
    """A disk of its own below ``place``, with what was there. Raises NotAllowed where this is not root's machine."""
    postgres.stop(settings)
    kept = place.with_name(f"{place.name}.kept")
    place.rename(kept)
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        place.rmdir()
        kept.rename(place)
        raise NotAllowed(f"a small disk is a tmpfs, which may not be mounted here: {mounted.stderr.strip()}")
    try:
        shutil.copystat(kept, place)
        owner = kept.stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        subprocess.run(["cp", "-a", f"{kept}/.", str(place)], check=True)
        yield SmallDisk(place)
    finally:
        postgres.stop(settings)
        subprocess.run(["umount", str(place)], check=True)


def full_disk(base: Base, _rng: random.Random | None = None, number: int = 0) -> str:
    """Each step in turn finds no room, says so, has taken and shown nothing; with room again it does its work."""
    with (
        base.trial(f"disk-{number}") as trial,
        small_disk(trial.settings, trial.settings.archive) as archive,
        small_disk(trial.settings, trial.settings.postgres) as server,
        trial.watched() as reader,
    ):
        disks = {"land_deliveries": archive, "read_batch": server, "build_candidates": server}
        for name, step in prepared(Night("full", trial.settings), WAREHOUSE).items():
            if disk := disks.get(name):
                _new_log_segment(trial.settings)
                with disk.full():
                    reason = _reason(step)
                assert reason.endswith(causes.NEXT_STEP_FULL) and "No space left" in reason, f"{name}: {reason}"
                assert len(set(reader.seen)) == 1, f"{name}: the marts changed on a full disk"
            step()
        assert trial.differences() == []
    return f"the disk was full at {', '.join(disks)}"


def _reason(step: Callable[[], None]) -> str:
    """What ``ops.night`` would tell of the failure, which no retry may follow."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of a file, the database's client, SQLAlchemy or dbt
        step()
    assert not causes.is_passing(caught.value)
    return causes.in_words(caught.value)


def _new_log_segment(settings: Settings) -> None:
    """Give the server's log of changes the room it has reserved: what fails is a table, and not the server."""
    engine = database.engine(settings)
    with engine.connect() as connection:
        connection.exec_driver_sql("select pg_switch_wal()")
        connection.exec_driver_sql("checkpoint")
    engine.dispose()
