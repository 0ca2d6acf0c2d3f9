"""A small SMTP server (RFC 5321, 3207, 4954) in a thread, which keeps what it is given."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Inbox:
    """What arrived: (sender, recipients, bytes of the message), and on which port."""

    port: int = 0
    messages: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    #: recipient -> code it is refused with
    refuses: dict[str, int] = field(default_factory=dict)
    #: hang up after so many messages
    hangs_up_after: int | None = None
    #: offers STARTTLS with this, and takes nothing without it
    tls: ssl.SSLContext | None = None
    #: encrypted from the first byte on
    is_implicit: bool = False
    #: user and password without which nothing is taken
    login: tuple[str, str] | None = None


@contextmanager
def smtp_server(**options: object) -> Iterator[Inbox]:
    """A server on a free port of this machine."""
    inbox = Inbox(**options)  # type: ignore[arg-type]

    class Session(socketserver.StreamRequestHandler):
        is_safe = is_known = False

        def setup(self) -> None:
            if inbox.tls and inbox.is_implicit:
                self.request = inbox.tls.wrap_socket(self.request, server_side=True)
                self.is_safe = True
            super().setup()

        def handle(self) -> None:
            sender, recipients = "", []
            self.say("220 test")
            while line := self.rfile.readline():
                command = line.decode().strip()
                verb = command.split(":")[0].split(" ")[0].upper()
                if verb in ("EHLO", "HELO"):
                    self.say("250-test")
                    if inbox.tls and not self.is_safe:
                        self.say("250-STARTTLS")
                    if inbox.login:
                        self.say("250-AUTH PLAIN")
                    self.say("250 8BITMIME")
                elif verb == "STARTTLS" and inbox.tls:
                    self.say("220 go on")
                    self.request = inbox.tls.wrap_socket(self.request, server_side=True)
                    self.is_safe = True
                    super().setup()
                elif inbox.tls and not self.is_safe and verb not in ("QUIT", "RSET"):
                    self.say("530 only after STARTTLS")
                elif verb == "AUTH" and inbox.login:
                    _, user, password = base64.b64decode(command.split(" ")[2]).decode().split("\0")
                    self.is_known = (user, password) == inbox.login
                    self.say("235 welcome" if self.is_known else "535 not you")
                elif inbox.login and not self.is_known and verb not in ("QUIT", "RSET"):
                    self.say("530 only after AUTH")
                elif verb == "MAIL":
                    if inbox.hangs_up_after is not None and len(inbox.messages) >= inbox.hangs_up_after:
                        return
                    sender, recipients = _address(command), []
                    self.say("250 ok")
                elif verb == "RCPT":
                    code = inbox.refuses.get(_address(command), 250)
                    if code == 250:
                        recipients.append(_address(command))
                    self.say(f"{code} recipient")
                elif verb == "DATA":
                    self.say("354 go on")
                    inbox.messages.append((sender, recipients, self.data()))
                    self.say("250 taken")
                elif verb == "RSET":
                    self.say("250 ok")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("502 unknown")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def data(self) -> bytes:
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line[1:] if line.startswith(b".") else line)
            return b"".join(lines)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that does not like our certificate hangs up: that is its business."""

    server = Server(("127.0.0.1", 0), Session)
    inbox.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()


def _address(command: str) -> str:
    return command.partition("<")[2].partition(">")[0]
