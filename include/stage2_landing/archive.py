"""The pipeline's own copy of every delivery's bytes, named by their content.

``archive/<drop folder>/<sha256>.xlsx`` or ``.zip``; other files have no extension there. What is larger than a
delivered file may be is never copied: it is known by the hash of its beginning and by its size.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from include.contract.model import DELIVERED_SUFFIXES
from include.platform.names import path_part
from include.stage2_landing.inbox import Inbox, InboxFile

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Copy:
    """Bytes of a delivery; ``path`` is below the archive's root, and empty where no copy was kept."""

    path: str
    #: of all bytes, or of the first ones up to one more than a file may have
    sha256: str
    size_bytes: int

    @property
    def mark(self) -> str:
        """What other bytes at the same path do not share."""
        return mark_of(self.path, self.sha256, self.size_bytes)


def mark_of(archive_path: str, sha256: str, size_bytes: int) -> str:
    """The mark of a delivery's bytes in ``ops.inbox_file``: their hash, with the size where it is of a part."""
    return sha256 if archive_path else f"{sha256}+{size_bytes}"


def archive_copy(
    inbox: Inbox, file: InboxFile, archive: Path, max_bytes: int, known_sha256: str | None = None
) -> Copy | None:
    """Copy ``file`` byte for byte into ``archive`` and hash it on the way.

    Returns None where the file changed meanwhile: it is still being written and is left for the next night.
    The copy appears under its final name only when it is whole, and equal bytes are kept once per drop folder. Bytes
    with the hash ``known_sha256`` are not kept again: the archive has them, or has erased what stood in them. Of a file
    beyond ``max_bytes``, whatever its store says of the size, one byte more than that is read and nothing kept.
    Raises Unreadable where this file cannot be read, InboxUnreadable where the store is gone, and OSError where the
    archive cannot be written.
    """
    part = path_part(file.project_code)
    folder = archive / part
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    is_too_large = (file.size_bytes or 0) > max_bytes
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".arriving-")
    try:
        with os.fdopen(descriptor, "wb") as target:
            for piece in inbox.pieces(file.path, CHUNK_BYTES):
                taken = piece[: max_bytes + 1 - size]
                digest.update(taken)
                size += len(taken)
                if size > max_bytes:
                    is_too_large = True
                    break
                if not is_too_large:
                    target.write(taken)
            target.flush()
            os.fsync(target.fileno())
        try:
            inbox.filesystem.invalidate_cache()
            is_same = inbox.fingerprint(file.path) == file.fingerprint
        except Exception as error:
            raise inbox.unreadable(error) from None
        if not is_same or (is_too_large and size <= max_bytes):
            return None
        if is_too_large:
            return Copy("", digest.hexdigest(), max(size, file.size_bytes or 0))
        suffix = Path(file.file_name).suffix.lower()
        kept = suffix if suffix in DELIVERED_SUFFIXES else ""  # a partner's own may be of any length and kind
        path = f"{part}/{digest.hexdigest()}{kept}"
        if digest.hexdigest() != known_sha256:
            os.replace(temporary, archive / path)
        return Copy(path, digest.hexdigest(), size)
    finally:
        Path(temporary).unlink(missing_ok=True)
