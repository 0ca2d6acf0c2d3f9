"""Messages by hand: what would go to whom, and sending what waits."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from include.platform import schema
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage7_outputs.mail.outbox import MailServer, Sent, send_outbox, waiting
from include.stage7_outputs.mail.server import mail_server


def dry_run(settings: Settings, console: Console) -> None:
    """Show every message that waits, where it would go, and why not; nothing is sent."""
    server = _server(settings)
    found = waiting(settings, datetime.now(UTC))
    table = Table("written", "to", "subject", "file", "would be sent", box=None)
    table.columns[1].no_wrap = True  # an address that is cut short cannot be checked
    table.columns[1].min_width = max((len(one.to) for one in found), default=0)
    for one in found:
        table.add_row(
            f"{one.written_at:%Y-%m-%d}", one.to, one.subject, one.path.name, _verdict(server, one.to, one.is_old)
        )
    console.print(table if found else "No message waits.")
    console.print(f"Server: {server.host}:{server.port or 'usual port'}" if server else "Server: none (docs/mail.md)")


def send(settings: Settings, with_old: bool) -> Sent:
    """Send what waits, older messages too if asked for. Raises PlatformError where there is no server."""
    server = _server(settings)
    if server is None:
        raise PlatformError(
            "There is no mail server: set MAIL_SERVER, or Airflow's connection smtp_default (docs/mail.md)."
        )
    return send_outbox(settings, server, with_old=with_old)


def _server(settings: Settings) -> MailServer | None:
    schema.prepare(settings)
    return mail_server(settings, has_database=True)


def _verdict(server: MailServer | None, to: str, is_old: bool) -> str:
    if not to:
        return "no: nobody to send it to"
    if server is None:
        return "no: there is no mail server"
    return "no: older than a week (make mail-send OLD=yes)" if is_old else "yes"
