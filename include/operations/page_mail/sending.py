"""The messages with pages, by the outbox: each publication's page goes to an address once."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from include.contract.locales import mark_of
from include.dashboards.pages import load_pages
from include.operations.page_mail.drawing import Draw
from include.operations.page_mail.subscriptions import PROGRAMME, Subscription
from include.platform import secrets
from include.platform.settings import Settings
from include.stage7_outputs.mail.message import ATTACHED_MAX_BYTES
from include.stage7_outputs.mail.outbox import SENT, MailServer, Sent, begin, has_gone, put, send_outbox
from include.stage7_outputs.reader import Reader

#: Names of these messages in the outbox.
NAMES = "page_*.eml"


@dataclass
class Done:
    """What became of the pages: messages sent and not, how many had gone before, and why a page was not drawn."""

    mail: Sent = field(default_factory=Sent)
    had_gone: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return not (self.failed or self.mail.waiting or self.mail.refused or self.mail.old)


def due(settings: Settings, subscriptions: list[Subscription], published_at: datetime) -> list[Subscription]:
    """Those whose page of this publication is neither sent nor waiting."""
    named = [(one, _name(settings, one, published_at)) for one in subscriptions]
    return [one for one, name in named if not has_gone(settings, name) and not (settings.outbox / name).exists()]


def compose_all(
    settings: Settings,
    subscriptions: list[Subscription],
    published_at: datetime,
    draw: Draw,
    still: Callable[[], datetime | None],
) -> list[str]:
    """Put a message for each into the outbox; returns why pages could not be drawn. One that fails stops no other.

    ``still`` is asked after each page when the marts were published last: a page drawn while a night switched is not
    sent under the earlier date.
    """
    failed = []
    for wanted in sorted({one.wanted for one in subscriptions}):
        try:
            content = draw(wanted)
        except Exception as error:  # whatever a browser or a server does: the others are drawn nevertheless
            failed.append(f"{wanted} was not drawn ({type(error).__name__}: {error}); make send-pages tries again.")
            continue
        if len(content) > ATTACHED_MAX_BYTES:
            failed.append(f"{wanted} has {len(content):,} bytes, too many for an e-mail; read it in the dashboards.")
        elif still() != published_at:
            failed.append(f"{wanted} was drawn while a night was published; make send-pages sends the new one.")
        else:
            for one in (one for one in subscriptions if one.wanted == wanted):
                name = _name(settings, one, published_at)
                put(settings, name, _message(one, content, published_at, name.removesuffix(".eml")))
    return failed


def send(settings: Settings, server: MailServer) -> Sent:
    """Send the pages that wait, and no other message; forget those sent longer ago than logs are kept."""
    done = send_outbox(settings, server, names=NAMES)
    kept_from = time.time() - settings.retention_days * 86_400
    for path in (settings.outbox / SENT).glob(NAMES):
        if path.stat().st_mtime < kept_from:
            path.unlink(missing_ok=True)
    return done


def _name(settings: Settings, one: Subscription, published_at: datetime) -> str:
    """The message's file; whom it goes to is in it under a key, because names are logged."""
    key = secrets.superset_secret(settings, "page_mail").encode()
    whom = hmac.new(key, one.email.casefold().encode(), hashlib.sha256).hexdigest()[:16]
    return f"page_{str(one.wanted).replace('.', '-')}_{published_at:%Y%m%dT%H%M%S%f}_{whom}.eml"


def _message(one: Subscription, content: bytes, published_at: datetime, message_id: str) -> bytes:
    wanted = one.wanted
    reader = Reader(wanted.language, mark_of(wanted.language))
    facts = {"page": load_pages()[wanted.page].titles[wanted.language], "date": reader.moment(published_at)}
    message = begin([one.email], reader.word("mail.page_subject", **facts), message_id)
    is_of_all = wanted.country == PROGRAMME
    of = "mail.page_of_programme" if is_of_all else "mail.page_of_country"
    parts = (
        reader.word("mail.page_attached", **facts),
        reader.word(of, **({} if is_of_all else {"country": wanted.country})),
        reader.word("mail.page_end"),
        reader.word("mail.closing"),
    )
    message.set_content("\n\n".join(parts) + "\n")
    kind = ("application", "pdf") if wanted.format == "pdf" else ("image", "png")
    message.add_attachment(content, *kind, filename=str(wanted))
    message["Content-Language"] = wanted.language
    return message.as_bytes()
