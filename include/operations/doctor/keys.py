"""The keys of the installation: without them enterprises get other keys, and receipts are strangers'."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from include.operations.doctor.check import Check
from include.platform.settings import Settings

NAME = "keys"

#: Key -> what hangs on it.
KEYS = {"pseudonym_key": "the keyed hashes of all enterprises", "receipt_key": "the signatures of all receipts"}


def look_at_keys(settings: Settings, engine: sa.Engine | None) -> Iterator[Check]:
    """Each key is there, where anything hangs on it already, and only its owner reads it; so with every secret."""
    used = _used(settings, engine)
    well = []
    for name, what in KEYS.items():
        path = settings.secrets / name
        if os.environ.get(name.upper()):
            well.append(f"{name} (from the environment)")
        elif path.is_file() and path.read_text("ascii").strip():
            well.append(name)
        elif name in used:
            said = f"{path} is missing, and {what} hang on it"
            step = "Bring it back from a backup before the next night, which would make another one."
            yield Check(NAME, "fault", said, step)
        else:
            yield Check(NAME, "ok", f"no {name} yet; it is made when it is first needed")
    if well:
        yield Check(NAME, "ok", f"{', '.join(well)}")
    yield from _open_to_others(settings)


def _open_to_others(settings: Settings) -> Iterator[Check]:
    if not settings.secrets.is_dir():
        return
    paths = [settings.secrets, *sorted(path for path in settings.secrets.iterdir() if path.is_file())]
    for path in paths:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield Check(NAME, "fault", f"{path} can be read by others (mode {mode:04o})", _step(path))


def _step(path: Path) -> str:
    return f"chmod {'700' if path.is_dir() else '600'} {path}; change what others may have read."


def _used(settings: Settings, engine: sa.Engine | None) -> set[str]:
    """The keys on which something hangs: enterprises in the warehouse, receipts given to partners."""
    used = {"receipt_key"} if any(settings.feedback.glob("*/*_receipt.*")) else set()
    if engine is not None:
        with engine.connect() as connection:
            read = sa.text("select exists (select from raw.enterprises where enterprise_key is not null)")
            used |= {"pseudonym_key"} if connection.execute(read).scalar_one() else set()
    return used
