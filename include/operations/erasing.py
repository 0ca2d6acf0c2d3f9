"""An erasure that is whole or nothing: what it is about to do is written down, and finished by whoever comes next.

While copies are written nothing has changed, and an erasure that dies is undone. Once all of them are there, the
journal says so, and whatever is left undone is done by the next command or night, however often it is interrupted:
every step can be repeated.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from include.platform import processes, secrets
from include.platform.settings import Settings, ensure_state


@dataclass(frozen=True)
class Copy:
    """An archived copy and what takes its place; paths are below the archive."""

    old: str
    new: str

    @property
    def staged(self) -> str:
        """Where the new copy waits, beside its place."""
        new = Path(self.new)
        return str(new.with_name(f".{new.name}.part"))


@dataclass(frozen=True)
class Erasure:
    """All that has to be known to carry an erasure out. It holds what is erased, and lives as long as that takes."""

    enterprise_key: str
    #: project and the partner's own reference, where the enterprise is known by them
    references: tuple[tuple[str, str], ...]
    submissions: tuple[str, ...]
    copies: tuple[Copy, ...]
    #: names and tax ids as they were received or read
    values: tuple[str, ...]
    #: rows of deliveries that are erased
    rows: int
    #: all copies are written: from here on it is finished, before it is undone
    is_ready: bool = False


def journal(settings: Settings) -> Path:
    """Where the erasure at work is written down."""
    return settings.state / "erasure.json"


def is_interrupted(settings: Settings) -> bool:
    """Whether an erasure is written down: its process is at work, or ended in the middle."""
    return journal(settings).exists()


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Hold off other erasures, and backups, which would catch one half done."""
    ensure_state(settings)
    with processes.locked(settings.locks / "erasure"):
        yield


def write_down(settings: Settings, erasure: Erasure) -> None:
    """Write the journal, whole or not at all."""
    secrets.write_private(journal(settings), json.dumps(asdict(erasure)))
    _sync(settings.state)


def written_down(settings: Settings) -> Erasure | None:
    """The erasure that was at work, if one was."""
    try:
        kept = json.loads(journal(settings).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Erasure(
        enterprise_key=kept["enterprise_key"],
        references=tuple((project, reference) for project, reference in kept["references"]),
        submissions=tuple(kept["submissions"]),
        copies=tuple(Copy(**copy) for copy in kept["copies"]),
        values=tuple(kept["values"]),
        rows=kept["rows"],
        is_ready=kept["is_ready"],
    )


def undo(settings: Settings, erasure: Erasure) -> None:
    """Throw away what was written of an erasure that was not ready."""
    for copy in erasure.copies:
        (settings.archive / copy.staged).unlink(missing_ok=True)
    strike_out(settings)


def strike_out(settings: Settings) -> None:
    """Nothing is at work any more."""
    journal(settings).unlink(missing_ok=True)


def put_in_place(settings: Settings, erasure: Erasure) -> None:
    """Give the new copies their names."""
    for copy in erasure.copies:
        staged = settings.archive / copy.staged
        if staged.exists():
            os.replace(staged, settings.archive / copy.new)
            _sync(staged.parent)


def _sync(folder: Path) -> None:
    """Names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
