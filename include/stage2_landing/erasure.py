"""Archived copies from which an enterprise was erased at its request, and what stands in the erased cells.

A redacted copy has its own name, so that only what we wrote is ever taken for erased. In place of a tax id stands the
keyed hash it gave and whether the check accepted it, so that reading the archive again gives the same enterprise.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

#: What replaces a name.
ERASED = "ERASED"
_SUFFIX = "_redacted"
#: What follows it in place of a tax id that the check did not accept.
INVALID = "X"
_TOKEN = re.compile(rf"{ERASED}({INVALID}?)([0-9A-F]+)")


def erased_tax_id(taxpayer_key: str | None, is_valid: bool) -> str:
    """What replaces a tax id, as a code reads back: capitals and digits only, and longer than any tax id."""
    return f"{ERASED}{'' if is_valid else INVALID}{(taxpayer_key or '0').upper()}"


def erased(tax_id: str | None) -> tuple[str, bool] | None:
    """The keyed hash in place of an erased tax id, and whether that was valid; None for everything else."""
    match = _TOKEN.fullmatch(tax_id or "")
    return (match[2].lower(), not match[1]) if match else None


def redacted_path(archive_path: str) -> str:
    """Where the redacted copy of ``archive_path`` lies, itself for one that is redacted already."""
    path = PurePosixPath(archive_path)
    return archive_path if is_redacted(archive_path) else str(path.with_name(f"{path.stem}{_SUFFIX}{path.suffix}"))


def is_redacted(archive_path: str) -> bool:
    """Whether the copy is one that an erasure wrote."""
    return PurePosixPath(archive_path).stem.endswith(_SUFFIX)
