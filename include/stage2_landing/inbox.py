"""What lies in the partners' inbox. The inbox is theirs: nothing here writes to it, and none of it stops the night.

A file or folder that cannot be looked at is a fault, to be told and tried again; what is no project's file is a stray.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fsspec.spec import AbstractFileSystem

from include.platform.causes import InboxUnreadable
from include.platform.names import is_text, readable
from include.stage2_landing.store import Entry, Store, in_a_word

#: Names of files that are still being written, until they are renamed (submission.md, Delivery).
UNFINISHED_PREFIXES = (".", "~$")
UNFINISHED_SUFFIXES = (".part", ".tmp")

#: What stores call the time of the last access (``time`` is SFTP's), which our own reading changes.
_OF_ACCESS = frozenset(["time", "atime", "accessed"])


@dataclass(frozen=True)
class InboxFile:
    """A finished file in a drop folder."""

    path: str  #: as the file system names it
    project_code: str  #: the drop folder's name, readable
    file_name: str  #: readable
    modified_at: datetime
    fingerprint: str  #: changes whenever the store says that the bytes may have
    size_bytes: int | None = None  #: as the store says

    @property
    def inbox_path(self) -> str:
        """Path below the inbox: what identifies the file from night to night.

        Two names in other bytes may read alike: what stands for bytes has a mark of them behind it.
        """
        own = "/".join(self.path.rstrip("/").rsplit("/", 2)[-2:])
        shown = f"{self.project_code}/{self.file_name}"
        if is_text(own):
            return shown
        return f"{shown}//{hashlib.sha256(own.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


@dataclass(frozen=True)
class Fault:
    """A file or folder that could not be looked at; ``path`` is below the inbox and readable."""

    path: str
    why: str


@dataclass(frozen=True)
class Stray:
    """What is no project's file; ``kind`` is ``root_file``, ``nested_folder`` or ``no_file`` (a link, a device)."""

    path: str
    kind: str


@dataclass
class Listing:
    """What one look at the inbox found; ``folders`` are the readable names of all drop folders."""

    files: list[InboxFile] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    #: files called unfinished (``.part``, ``.tmp``), and since when
    unfinished: dict[str, datetime] = field(default_factory=dict)

    @property
    def is_too_high(self) -> bool:
        """Whether the drop folders hold folders and not one file, as where INBOX names the folder above the inbox."""
        return not self.files and any(stray.kind == "nested_folder" for stray in self.strays)


class Inbox:
    """The inbox at a local path or any fsspec URL."""

    def __init__(self, location: str):
        self.store = Store(location)

    @property
    def filesystem(self) -> AbstractFileSystem:
        """The connection of this moment."""
        return self.store.filesystem

    def look(self, deep: bool = True) -> Listing:
        """Every finished file of every drop folder, oldest modification first, then by name; and all that is not.

        Without ``deep`` the folders are named and not looked into.

        Raises FileNotFoundError where there is no inbox: a wrong path must not look like a quiet night. Raises
        InboxUnreadable where it cannot be listed at all.
        """
        found = Listing()
        for entry in self._root():
            if isinstance(entry, Exception):
                found.faults.append(_fault(entry, _shown(str(getattr(entry, "filename", "")))))
                continue
            name = _name(entry)
            if name.startswith(UNFINISHED_PREFIXES):
                continue
            if entry["type"] == "directory":
                found.folders.add(readable(name))
                if deep:
                    self._look_into(entry["name"], readable(name), found)
            elif not name.lower().endswith(UNFINISHED_SUFFIXES):
                found.strays.append(Stray(readable(name), "root_file" if _is_file(entry) else "no_file"))
        found.files.sort(key=lambda file: (file.modified_at, file.file_name, file.project_code, file.path))
        return found

    def _root(self) -> list[Entry | Exception]:
        place = self.store.place
        try:
            self.filesystem.invalidate_cache()
            if self.store.info(self.store.root)["type"] != "directory":
                raise NotADirectoryError
            return self.store.entries(self.store.root)
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(f"the inbox {place} does not exist; set INBOX to the partners' folder") from None
        except InboxUnreadable:
            raise
        except Exception as error:
            raise InboxUnreadable(f"The inbox {place} cannot be listed ({in_a_word(error)}).") from None

    def _look_into(self, folder: str, project_code: str, found: Listing) -> None:
        try:
            entries = self.store.entries(folder)
        except InboxUnreadable:
            raise
        except Exception as error:
            found.faults.append(_fault(error, project_code))
            return
        for entry in entries:
            if isinstance(entry, Exception):
                name = _shown(str(getattr(entry, "filename", "")))
                if not name.startswith(UNFINISHED_PREFIXES):
                    found.faults.append(_fault(entry, f"{project_code}/{name}"))
                continue
            name = _name(entry)
            if name.startswith(UNFINISHED_PREFIXES):
                continue
            shown = f"{project_code}/{readable(name)}"
            if entry["type"] == "directory":
                found.strays.append(Stray(shown, "nested_folder"))
            elif name.lower().endswith(UNFINISHED_SUFFIXES):
                with suppress(Exception):  # it may be renamed this moment
                    found.unfinished[shown] = _utc(self.filesystem.modified(entry["name"]))
            elif not _is_file(entry):
                found.strays.append(Stray(shown, "no_file"))
            else:
                try:
                    found.files.append(self._file(entry, project_code, readable(name)))
                except InboxUnreadable:
                    raise
                except Exception as error:
                    found.faults.append(_fault(error, shown))

    def _file(self, entry: Entry, project_code: str, file_name: str) -> InboxFile:
        path, size = entry["name"], entry.get("size")
        return InboxFile(
            path=path,
            project_code=project_code,
            file_name=file_name,
            modified_at=_utc(self.filesystem.modified(path)),
            fingerprint=self.fingerprint(path),
            size_bytes=int(size) if size is not None else None,
        )

    def fingerprint(self, path: str) -> str:
        """The store's own mark of the bytes at ``path``: size, times, inode or etag; not when it was last read."""
        if type(self.filesystem).ukey is not AbstractFileSystem.ukey:
            return str(self.filesystem.ukey(path))
        known = {name: str(value) for name, value in self.filesystem.info(path).items() if name not in _OF_ACCESS}
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """The bytes at ``path``, ``size`` at a time. Raises Unreadable, and InboxUnreadable where the store is gone."""
        try:
            with self.filesystem.open(path, "rb") as source:
                while piece := source.read(size):
                    yield piece
        except Exception as error:
            raise self.unreadable(error) from None

    def unreadable(self, error: Exception) -> Unreadable:
        """What to raise for a file whose reading failed with ``error``; the connection is made anew."""
        if not isinstance(error, FileNotFoundError | PermissionError):
            self.store.revive()
        return Unreadable(in_a_word(error))


class Unreadable(Exception):
    """One file cannot be read; the others can."""


def _fault(error: Exception, path: str) -> Fault:
    return Fault(path, in_a_word(error))


def _is_file(entry: dict[str, Any]) -> bool:
    """Whether it is a plain file: a link or a pipe may lead out of the partner's own folder, or never end."""
    return entry["type"] == "file" and not entry.get("islink")


def _name(entry: dict[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rsplit("/", 1)[-1]


def _shown(path: str) -> str:
    return readable(path.rstrip("/").rsplit("/", 1)[-1])


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
