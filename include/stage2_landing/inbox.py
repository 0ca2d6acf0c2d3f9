"""What lies in the partners' inbox. The inbox is theirs: nothing here writes to it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import fsspec
from fsspec.spec import AbstractFileSystem

#: Names of files that are still being written, until they are renamed (submission.md, Delivery).
UNFINISHED_PREFIXES = (".", "~$")
UNFINISHED_SUFFIXES = (".part", ".tmp")

#: What stores call the time of the last access (``time`` is SFTP's), which our own reading changes.
_OF_ACCESS = frozenset(["time", "atime", "accessed"])


@dataclass(frozen=True)
class InboxFile:
    """A finished file in a drop folder."""

    path: str  #: as the file system names it
    project_code: str  #: the drop folder's name
    file_name: str
    modified_at: datetime
    fingerprint: str  #: changes whenever the store says that the bytes may have

    @property
    def inbox_path(self) -> str:
        """Path below the inbox: what identifies the file from night to night."""
        return f"{self.project_code}/{self.file_name}"


class Inbox:
    """The inbox at a local path or any fsspec URL."""

    def __init__(self, location: str):
        self.filesystem, self.root = fsspec.core.url_to_fs(location)
        self.location = location

    def files(self) -> list[InboxFile]:
        """Every finished file of every drop folder, oldest modification first, then by name.

        Raises FileNotFoundError where there is no inbox: a wrong path must not look like a quiet night.
        """
        self.filesystem.invalidate_cache()
        if not self.filesystem.isdir(self.root):
            place = re.sub("//[^/@]*@", "//", self.location)  # a URL may hold a password
            raise FileNotFoundError(f"the inbox {place} does not exist; set INBOX to the partners' folder")
        return sorted(self._files(), key=lambda file: (file.modified_at, file.file_name, file.project_code))

    def _files(self) -> Iterator[InboxFile]:
        for folder in self.filesystem.ls(self.root, detail=True):
            if folder["type"] != "directory" or _name(folder).startswith(UNFINISHED_PREFIXES):
                continue
            for entry in self.filesystem.ls(folder["name"], detail=True):
                name = _name(entry)
                # a link or a pipe may lead out of the partner's own folder, or never end
                if entry["type"] != "file" or entry.get("islink") or name.startswith(UNFINISHED_PREFIXES):
                    continue
                if not name.lower().endswith(UNFINISHED_SUFFIXES):
                    yield InboxFile(
                        path=entry["name"],
                        project_code=_name(folder),
                        file_name=name,
                        modified_at=_utc(self.filesystem.modified(entry["name"])),
                        fingerprint=self.fingerprint(entry["name"]),
                    )

    def fingerprint(self, path: str) -> str:
        """The store's own mark of the bytes at ``path``: size, times, inode or etag; not when it was last read."""
        if type(self.filesystem).ukey is not AbstractFileSystem.ukey:
            return str(self.filesystem.ukey(path))
        known = {name: str(value) for name, value in self.filesystem.info(path).items() if name not in _OF_ACCESS}
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _name(entry: dict[str, str]) -> str:
    return entry["name"].rstrip("/").rsplit("/", 1)[-1]


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
