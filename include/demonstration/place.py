"""Where the demonstration may be: in a STATE of its own, in a warehouse that has known nothing else.

What it wrote is remembered in ``STATE/demonstration/written.json``, so that it can be repeated, and so that nothing of
the programme office's or of a partner's is ever written over or mixed with what is made up.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.demonstration import write_programme
from include.demonstration.parameters import SIZES
from include.platform import database, schema, secrets
from include.platform.errors import UsageError
from include.platform.settings import Settings, ensure_state
from include.platform.tables import night

#: How the reason of a night begins that stopped at its registry.
_BY_ITS_REGISTRY = "ingest.load_registry:"

_OF_ITS_OWN = "make demo STATE=/tmp/demo INBOX=/tmp/demo/inbox REGISTRY=/tmp/demo/registry"


def check_folders(settings: Settings) -> None:
    """Raise UsageError where a demonstration would meet somebody else's registry or inbox."""
    if settings.registry != settings.state / "registry":
        raise UsageError(
            f"The demonstration has a registry of its own in STATE/registry, and REGISTRY is {settings.registry}: "
            f"give it a place of its own, {_OF_ITS_OWN}"
        )
    if "://" in settings.inbox:
        raise UsageError(f"The demonstration is written to a folder, and INBOX is a URL: {_OF_ITS_OWN}")
    known = _record(settings)
    if _has_content(settings.registry) and not (known and known["registry"] in (None, _hash(settings.registry))):
        raise UsageError(f"{settings.registry} holds a registry that the demonstration did not write: {_OF_ITS_OWN}")
    if _has_content(Path(settings.inbox)) and not (known and settings.inbox in known["inboxes"]):
        raise UsageError(f"{settings.inbox} holds files that the demonstration did not write: {_OF_ITS_OWN}")


def check_warehouse(settings: Settings) -> None:
    """Raise UsageError where a night on another registry than the demonstration's ever ran on this warehouse.

    One that its broken registry stopped has taken nothing of it.
    """
    schema.prepare(settings)
    known = _record(settings)
    places = [*known["registries"], str(settings.registry)] if known else []
    was_stopped = (night.c.status == "failed") & night.c.reason.startswith(_BY_ITS_REGISTRY)
    query = sa.select(night.c.night_id, night.c.registry).where(
        night.c.registry.not_in(places), sa.func.coalesce(~was_stopped, sa.true())
    )
    with database.connected(settings, "loader") as connection:
        other = connection.execute(query.limit(1)).one_or_none()
    if other:
        raise UsageError(
            f"The demonstration's registry is only for a warehouse that has known no other, and this one has (night "
            f"{other.night_id} on {other.registry}): name the office's with REGISTRY=/path/to/registry, "
            f"or try the demonstration elsewhere, {_OF_ITS_OWN}"
        )


def write(settings: Settings, size: str) -> None:
    """Write registry and inbox, remembered before and after: an interrupted writing can be repeated.

    Raises UsageError for an unknown size.
    """
    if size not in SIZES:
        raise UsageError(f"SIZE has to be one of {', '.join(SIZES)}, not {size!r}.")
    ensure_state(settings)
    settings.demonstration.mkdir(exist_ok=True)
    _remember(settings, None)
    write_programme(Path(settings.inbox), settings.registry, size)
    _remember(settings, _hash(settings.registry))


def is_demonstration(settings: Settings) -> bool:
    """Whether the registry in use is what the demonstration wrote to this STATE."""
    known = _record(settings)
    return (
        known is not None
        and settings.registry == settings.state / "registry"
        and known["registry"] in (None, _hash(settings.registry))
    )


def _record(settings: Settings) -> dict[str, Any] | None:
    """What was written: ``registry``, a hash (None while it is at work), and the paths it ever had here."""
    with suppress(FileNotFoundError, ValueError):
        known: dict[str, Any] = json.loads((settings.demonstration / "written.json").read_text())
        return known
    return None


def _remember(settings: Settings, registry: str | None) -> None:
    known = _record(settings) or {"registries": [], "inboxes": []}
    record = {
        "registry": registry,
        "registries": sorted({*known["registries"], str(settings.registry)}),
        "inboxes": sorted({*known["inboxes"], settings.inbox}),
    }
    secrets.write_private(settings.demonstration / "written.json", json.dumps(record, indent=1) + "\n")


def _has_content(folder: Path) -> bool:
    return folder.exists() and any(folder.iterdir())


def _hash(folder: Path) -> str:
    """A hash of the names and bytes of the folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
