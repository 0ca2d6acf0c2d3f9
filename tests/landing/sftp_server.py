"""A real SFTP server in this process: one user, one folder, nothing to be written."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

USER, PASSWORD = "partner", "sesame"


@dataclass
class SftpServer:
    """What the server shows, and what it was asked for."""

    root: Path
    port: int = 0
    #: names of the files that were opened, in order
    opened: list[str] = field(default_factory=list)
    #: connections that were made, in order
    transports: list[paramiko.Transport] = field(default_factory=list)
    #: called with a file before it is opened
    before_opening: Callable[[Path], None] = lambda path: None

    def drop(self) -> None:
        """End the connection in the middle of whatever it does."""
        self.transports[-1].close()

    def url(self, folder: str) -> str:
        """URL of a folder below the root, without name and password."""
        return f"sftp://127.0.0.1:{self.port}/{folder}"

    def path(self, name: str) -> Path:
        """The file that a client calls ``name``."""
        return self.root / name.lstrip("/")


class _Login(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        known = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _AnyBytes(paramiko.Message):
    """Names of any bytes, as a server on a disk has them."""

    def get_text(self) -> str:
        return os.fsdecode(self.get_string())


class _Server(paramiko.SFTPServer):
    def _process(self, kind: int, number: int, message: paramiko.Message) -> None:
        message.__class__ = _AnyBytes
        super()._process(kind, number, message)


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, shown: SftpServer) -> None:
        super().__init__(server)
        self.shown = shown

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            return [
                paramiko.SFTPAttributes.from_stat(entry.lstat(), os.fsencode(entry.name))  # type: ignore[arg-type]
                for entry in self.shown.path(path).iterdir()
            ]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self.shown.path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            return paramiko.SFTP_PERMISSION_DENIED
        target = self.shown.path(path)
        self.shown.before_opening(target)
        self.shown.opened.append(target.name)
        handle = paramiko.SFTPHandle(flags)
        try:
            handle.readfile = target.open("rb")  # type: ignore[attr-defined]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        now = target.stat()
        os.utime(target, ns=(now.st_atime_ns + 60_000_000_000, now.st_mtime_ns))  # a server that keeps access times
        return handle


@contextmanager
def sftp_server(root: Path) -> Iterator[SftpServer]:
    """Serves ``root`` until the end of the block."""
    shown = SftpServer(root)
    key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))
    shown.port = listener.getsockname()[1]

    def accept() -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                connection, _ = listener.accept()
                transport = paramiko.Transport(connection)
                transport.add_server_key(key)
                transport.set_subsystem_handler("sftp", _Server, _Files, shown)
                transport.start_server(server=_Login())
                shown.transports.append(transport)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield shown
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in shown.transports:
            transport.close()
