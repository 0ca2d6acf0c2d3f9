"""The night's turn at the outbox, with word to the operator of what did not go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from include.platform import nights
from include.platform.settings import Settings
from include.stage7_outputs.mail.outbox import MailServer, Sent, send_outbox

STEP = "send_mail"


def send_mail(settings: Settings, engine: sa.Engine, night_id: str, smtp: Mapping[str, Any] | None) -> Sent:
    """Send what waits by the server ``smtp`` (fields of an Airflow connection); without one it stays there."""
    if smtp is None:
        return Sent()
    done = send_outbox(settings, MailServer.from_connection(**smtp))
    with engine.begin() as connection:
        for said in _warnings(done):
            nights.warn(connection, night_id, STEP, said)
    return done


def _warnings(done: Sent) -> list[str]:
    said = {
        "older than a week wait; make mail-dry-run shows them, make mail-send OLD=yes sends them.": done.old,
        "that could not be sent wait for the next night; the log of send_mail says why.": done.waiting,
        "that the mail server refused for good lie in outbox/refused; ask the projects for addresses that work, "
        "and enter them with make confirm-contact.": done.refused,
    }
    return [f"Messages {text} ({count})" for text, count in said.items() if count]
