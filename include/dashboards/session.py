"""A session in Superset's own interface, signed in as a browser does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from include.dashboards import place
from include.platform.errors import PlatformError
from include.platform.settings import Settings

SECONDS = 120
#: A connection a question: the server closes one whose question it refused before it had read it all, and a browser
#: would ask again.
EACH_ITS_OWN = httpx.Limits(max_keepalive_connections=0)


@contextmanager
def signed_in(settings: Settings, name: str, password: str) -> Iterator[httpx.Client]:
    """A client with the session of somebody. Raises PlatformError where the password is refused."""
    with httpx.Client(base_url=place.base_url(settings), timeout=SECONDS, limits=EACH_ITS_OWN) as client:
        page = client.get("/login/").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"|csrf_token&#34;: &#34;([^&]+)', page)
        form = {"username": name, "password": password, "csrf_token": (token[1] or token[2]) if token else ""}
        # Said here and not left to the client: behind a proxy with TLS cookies are for TLS alone, and this machine
        # speaks with the server without it.
        said = "; ".join(f"{cookie}={value}" for cookie, value in client.cookies.items())
        answer = client.post("/login/", data=form, headers={"Cookie": said})
        if not answer.is_redirect or "/login" in answer.headers["location"]:
            raise PlatformError(f"The dashboards do not let {name} in (status {answer.status_code}).")
        yield client
