"""SFTP with names of any bytes: Python's lone surrogates stand for what is no UTF-8, as on a local disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paramiko import SFTPAttributes, SFTPClient, SFTPError  # type: ignore[import-untyped]
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR  # type: ignore[import-untyped]


class AnyNames(SFTPClient):
    """Lists and opens what paramiko, which takes every name for UTF-8, cannot."""

    def listdir_iter(self, path: bytes | str = ".", read_aheads: int = 50) -> Iterator[SFTPAttributes]:
        """The entries of ``path``, each with ``filename``."""
        kind, message = self._request(CMD_OPENDIR, self._adjust_cwd(path))
        if kind != CMD_HANDLE:
            raise SFTPError("Expected handle")
        handle = message.get_binary()
        try:
            while True:
                try:
                    kind, message = self._request(CMD_READDIR, handle)
                except EOFError:
                    return
                if kind != CMD_NAME:
                    raise SFTPError("Expected name response")
                for _ in range(message.get_int()):
                    name, line = (_text(message.get_string()) for _ in range(2))
                    entry = SFTPAttributes._from_msg(message, name, line)
                    if name not in (".", ".."):
                        yield entry
        finally:
            self._request(CMD_CLOSE, handle)

    def _adjust_cwd(self, path: Any) -> Any:
        return super()._adjust_cwd(path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
