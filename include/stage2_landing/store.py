"""The file system that holds the inbox: connected anew where it was lost, and asked for names of any bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import fsspec
from fsspec.implementations.local import LocalFileSystem
from fsspec.spec import AbstractFileSystem

from include.platform.causes import InboxUnreadable

#: An SFTP server that says nothing for so long has stalled: as if the connection had dropped.
STALLED_SECONDS = 120.0

Result = TypeVar("Result")
Entry = dict[str, Any]

#: What says something of a file or folder and nothing of the connection.
_OF_THE_PLACE = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)


class Store:
    """A local path or any fsspec URL. Stores raise what they like: whoever asks has to expect any Exception."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.filesystem: AbstractFileSystem
        self.root: str
        self._connect(anew=False)

    @property
    def place(self) -> str:
        """The location without a password that its URL may hold."""
        return re.sub("//[^/@]*@", "//", self.location)

    def entries(self, folder: str) -> list[Entry | Exception]:
        """What fsspec knows of each entry of ``folder``, or why nothing is known of one. Raises as the store does."""
        return self._twice(lambda: list(self._entries(folder)))

    def info(self, path: str) -> Entry:
        """What the store knows of ``path``."""
        found: Entry = self._twice(lambda: self.filesystem.info(path))
        return found

    def revive(self) -> None:
        """Connect anew, whatever the state of the connection. Raises InboxUnreadable where that cannot be done."""
        if not isinstance(self.filesystem, LocalFileSystem):
            self._connect(anew=True)

    def _twice(self, ask: Callable[[], Result]) -> Result:
        try:
            return ask()
        except _OF_THE_PLACE:
            raise
        except Exception:
            self.revive()
            return ask()

    def _entries(self, folder: str) -> Iterator[Entry | Exception]:
        try:
            yield from self.filesystem.ls(folder, detail=True)
            return
        except FileNotFoundError:
            raise
        except Exception:
            names = self.filesystem.ls(folder, detail=False)  # one that is at fault has spoilt the others
        for name in names:
            try:
                yield self.filesystem.info(name)
            except Exception as error:
                error.filename = name  # type: ignore[attr-defined]
                yield error

    def _connect(self, *, anew: bool) -> None:
        try:
            self.filesystem, self.root = fsspec.core.url_to_fs(self.location, skip_instance_cache=anew)
        except (ImportError, ValueError):  # no such kind of store
            raise
        except Exception as error:
            raise InboxUnreadable(f"The inbox {self.place} cannot be reached ({in_a_word(error)}).") from None
        if "sftp" in self.filesystem.protocol:
            _take_any_names(self.filesystem)


def in_a_word(error: BaseException) -> str:
    """What went wrong with a file, without its name and without what a store may say of its content."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _take_any_names(filesystem: Any) -> None:
    """Let an SFTP connection name files by bytes that are no UTF-8; paramiko's own gives up the whole folder."""
    from include.stage2_landing.sftp_names import AnyNames

    if not isinstance(filesystem.ftp, AnyNames):
        filesystem.ftp.close()
        filesystem.ftp = AnyNames.from_transport(filesystem.client.get_transport())
        filesystem.ftp.get_channel().settimeout(STALLED_SECONDS)
