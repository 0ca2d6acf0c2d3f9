"""What the archive itself knows of each delivery, so that the ledger can be made again from it.

Beside the copies of a drop folder lies one JSON file a delivery, ``<submission_id>.json``, with what landing entered in
``ops.submission``. It is written before the ledger is: a night that dies in between takes the same deliveries again
under the same numbers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

_TIMES = ("modified_at", "received_at")


def write_manifests(archive: Path, deliveries: Iterable[Mapping[str, Any]]) -> None:
    """Write the file of each delivery, given as the row that landing enters; whole or not at all."""
    for delivery in deliveries:
        path = archive / delivery["project_code"] / f"{delivery['submission_id']}.json"
        staged = path.with_suffix(".json.part")
        staged.write_text(json.dumps(dict(delivery), default=str, ensure_ascii=False, indent=1), "utf-8")
        os.replace(staged, path)


def repoint(archive: Path, old: str, new: str) -> None:
    """The copy ``old`` was written anew as ``new``: tell the manifests of its deliveries."""
    for path in (archive / old).parent.glob("*.json"):
        delivery = json.loads(path.read_text("utf-8"))
        if delivery.get("archive_path") == old:
            staged = path.with_suffix(".json.part")
            staged.write_text(json.dumps({**delivery, "archive_path": new}, ensure_ascii=False, indent=1), "utf-8")
            os.replace(staged, path)


def read_manifests(archive: Path) -> Iterator[dict[str, Any]]:
    """Every delivery of the archive as a row of ``ops.submission``, in the order of ids.

    Raises ValueError naming the file that is not what landing writes, or whose copy is missing.
    """
    for path in sorted(archive.glob("*/*.json")):
        try:
            delivery = json.loads(path.read_text("utf-8"))
            copy = archive / delivery["archive_path"]
            for name in _TIMES:
                delivery[name] = datetime.fromisoformat(delivery[name])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} does not describe a delivery: {error!r}") from None
        if not copy.is_file():
            raise ValueError(f"{path} describes a delivery whose copy {copy} is missing")
        yield delivery
