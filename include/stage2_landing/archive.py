"""The pipeline's own copy of every delivery's bytes, named by their content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from include.stage2_landing.inbox import Inbox, InboxFile

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Copy:
    """Bytes in the archive; ``path`` is below the archive's root."""

    path: str
    sha256: str
    size_bytes: int


def archive_copy(inbox: Inbox, file: InboxFile, archive: Path, known_sha256: str | None = None) -> Copy | None:
    """Copy ``file`` byte for byte into ``archive`` and hash it on the way.

    Returns None where the file changed meanwhile: it is still being written and is left for the next night.
    The copy appears under its final name only when it is whole, and equal bytes are kept once per drop folder. Bytes
    with the hash ``known_sha256`` are not kept again: the archive has them, or has erased what stood in them.
    Raises OSError where the inbox cannot be read or the archive not written.
    """
    folder = archive / file.project_code
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".arriving-")
    try:
        with os.fdopen(descriptor, "wb") as target, inbox.filesystem.open(file.path, "rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        inbox.filesystem.invalidate_cache()
        if inbox.fingerprint(file.path) != file.fingerprint:
            return None
        path = f"{file.project_code}/{digest.hexdigest()}{Path(file.file_name).suffix.lower()}"
        if digest.hexdigest() != known_sha256:
            os.replace(temporary, archive / path)
        return Copy(path, digest.hexdigest(), size)
    finally:
        Path(temporary).unlink(missing_ok=True)
