"""``make send-pages``: from the office's list to messages sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from include.dashboards import chromium, logins
from include.dashboards.start import start
from include.operations.page_mail import drawing, sending, subscriptions
from include.operations.page_mail.sending import Done
from include.platform import database, processes, schema
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage7_outputs.mail.server import mail_server


def send_pages(settings: Settings, say: Callable[[str], None]) -> Done:
    """Draw the pages that somebody subscribed to and send them; without a list or a mail server nothing is done.

    Raises UsageError where the list is at fault, PlatformError where nothing can be drawn at all.
    """
    listed = subscriptions.read(settings.registry)
    if not listed:
        say(f"Nobody subscribed to a page: {settings.registry / subscriptions.NAME}.csv names nobody. Nothing is sent.")
        return Done()
    schema.prepare(settings)
    server = mail_server(settings, has_database=True)
    if server is None:
        say("There is no mail server: set MAIL_SERVER, or Airflow's connection smtp_default. Nothing is sent.")
        return Done()
    reads_as = subscriptions.reads_as(listed, _offices(settings))
    with processes.locked(settings.locks / "send-pages"):
        published_at = _published_at(settings)
        if published_at is None:
            raise PlatformError(f"No night has been published: {settings.command('nightly')} comes first.")
        due = sending.due(settings, listed, published_at)
        done = Done(had_gone=len(listed) - len(due))
        if due:
            if not chromium.executable():
                raise PlatformError("There is no Chromium on this machine: install it (apt-get install chromium).")
            start(settings, say=say)
            needed = {one.wanted.country: reads_as[one.wanted.country] for one in due}
            say(f"{len({one.wanted for one in due})} pages")
            with drawing.viewers(settings, needed) as draw:
                done.failed = sending.compose_all(
                    settings, due, published_at, draw, still=lambda: _published_at(settings)
                )
        done.mail = sending.send(settings, server)
        return done


def _offices(settings: Settings) -> dict[str, str]:
    """Country -> a login that reads it, of those Superset can be told."""
    known = logins.known(settings)
    with database.connected(settings) as connection:
        rows = connection.execute(sa.text("select country, login from access.country_office order by 1, 2 desc"))
        return {row.country: row.login for row in rows if row.login in known}


def _published_at(settings: Settings) -> datetime | None:
    with database.connected(settings) as connection:
        moment: datetime | None = connection.scalar(sa.text("select access.published_at()"))
        return moment
