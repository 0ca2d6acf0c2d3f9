"""Archived copies from which an enterprise was erased at its request, and what stands in the erased cells.

A redacted copy has its own name, so that only what we wrote is ever taken for erased. In place of a tax id the check
accepts stands the keyed hash it gave, so that reading the archive again gives the same enterprise.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

#: What replaces a name.
ERASED = "ERASED"
_SUFFIX = "_redacted"
_TOKEN = re.compile(rf"{ERASED}([0-9A-F]+)")


def erased_tax_id(taxpayer_key: str | None) -> str:
    """What replaces a tax id, as a code reads back: capitals and digits only."""
    return f"{ERASED}{(taxpayer_key or '').upper()}"


def taxpayer_key_of(tax_id: str | None) -> str | None:
    """The keyed hash in place of an erased tax id that was valid; None for everything else."""
    match = _TOKEN.fullmatch(tax_id or "")
    return match[1].lower() if match else None


def redacted_path(archive_path: str) -> str:
    """Where the redacted copy of ``archive_path`` lies, itself for one that is redacted already."""
    path = PurePosixPath(archive_path)
    return archive_path if is_redacted(archive_path) else str(path.with_name(f"{path.stem}{_SUFFIX}{path.suffix}"))


def is_redacted(archive_path: str) -> bool:
    """Whether the copy is one that an erasure wrote."""
    return PurePosixPath(archive_path).stem.endswith(_SUFFIX)
