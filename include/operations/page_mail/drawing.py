"""Pages drawn by a headless Chromium, signed in as a viewer who reads as one login of the database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from include.dashboards import chromium, links, logins, people, place, process, session
from include.operations.page_mail.subscriptions import Wanted
from include.platform import people as passwords
from include.platform.errors import PlatformError
from include.platform.settings import Settings

#: Draws one page; raises where it cannot be shown whole.
Draw = Callable[[Wanted], bytes]
_VIEWER = "pages-by-mail."


@contextmanager
def viewers(settings: Settings, reads_as: Mapping[str, str]) -> Iterator[Draw]:
    """What draws a page as a viewer of its country sees it; ``reads_as`` has the login of each country.

    The viewers are people of Superset meanwhile, with passwords that nobody knows. The server has to run.
    """
    told = {login: passwords.new_password() for login in reads_as.values()}
    logins.tell(settings)
    try:
        made = [people.person(_VIEWER + login, "viewer", login, password) for login, password in told.items()]
        process.set_up(settings, {"people": made})

        def draw(wanted: Wanted) -> bytes:
            login = reads_as[wanted.country]
            with session.signed_in(settings, _VIEWER + login, told[login]) as client:
                cookies = dict(client.cookies)
            address = place.base_url(settings)
            return drawn(address + links.path(wanted.page, wanted.language), wanted.format, cookies)

        yield draw
    finally:
        process.set_up(settings, {"gone": [_VIEWER + login for login in told]})


def drawn(address: str, format_: str, cookies: dict[str, str]) -> bytes:
    """A page as PDF or PNG. Raises PlatformError where a tile shows an error, TimeoutError where it is never whole."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        chromium.browser(Path(folder), cookies, address) as tab,
    ):
        tab.open_dashboard(address, chromium.DESKTOP)
        if faults := tab.evaluate(chromium.FAULTS):
            raise PlatformError(f"{len(faults)} of its tiles show an error")
        return tab.pdf() if format_ == "pdf" else tab.png()
