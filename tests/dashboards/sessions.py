"""What could be tried at the door: cookies, headers, passwords. ``attacks.py`` has what a reader could try inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from include.dashboards import links, place, session
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from tests.dashboards.reader import Reader, signed_in

_WRONG_ATTEMPTS = 12


def leads_to_login(answer: httpx.Response) -> bool:
    """A page that is not for him leads to where one signs in, or to the first page."""
    return answer.status_code in (301, 302, 303) and answer.headers["location"].split("?")[0].rstrip("/").endswith(
        ("/login", "", "/superset/welcome", "127.0.0.1")
    )


def cookies(settings: Settings, office: Reader) -> Iterator[str]:
    """Cookies that scripts do not see and other sites do not send; headers of every page."""
    address = place.base_url(settings)
    with httpx.Client(base_url=address, timeout=60, limits=session.EACH_ITS_OWN) as stranger:
        page = stranger.get("/login/")
        for cookie in page.headers.get_list("set-cookie"):
            if not {"httponly", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}:
                yield f"a cookie is open to scripts or to other sites: {cookie.split('=')[0]}"
        policy = page.headers.get("content-security-policy", "")
        for needed in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "form-action 'self'"):
            if needed not in policy:
                yield f"the policy lacks {needed}"
        if "unsafe-eval" in policy or re.search(r"script-src[^;]*'unsafe-inline'", policy):
            yield "the policy lets scripts in"
        for name, value in {"x-frame-options": "DENY", "x-content-type-options": "nosniff"}.items():
            if page.headers.get(name) != value:
                yield f"the header {name} is {page.headers.get(name)}"
        if page.headers.get("access-control-allow-origin"):
            yield "other sites may read answers"
        for path in (links.path("programme", "es"), "/api/v1/dashboard/", "/api/v1/chart/data", "/api/v1/me/"):
            answer = stranger.post(path, json={}) if path.endswith("data") else stranger.get(path)
            if answer.status_code < 400 and not leads_to_login(answer):
                yield f"{path} answers somebody who has not signed in: {answer.status_code}"
        forged = dict(office.cookies)
        for name in forged:
            forged[name] = forged[name][:-6] + "AAAAAA"
        answer = stranger.get("/api/v1/me/", headers={"Cookie": "; ".join(f"{k}={v}" for k, v in forged.items())})
        if answer.status_code < 400:
            yield "a forged cookie is taken"
        guest = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjp7InVzZXJuYW1lIjoiYWRtaW4ifX0.AAAA"
        for header in ("X-GuestToken", "Authorization", "X-Forwarded-User", "Remote-User"):
            said = f"Bearer {guest}" if header == "Authorization" else guest
            if stranger.get("/api/v1/me/", headers={header: said}).status_code < 400:
                yield f"the header {header} signs somebody in"


def sign_in(settings: Settings) -> Iterator[str]:
    """Defaults, the way for programs, and guessing."""
    address = place.base_url(settings)
    tried: list[Callable[[], Any]] = []
    for name, password in (("admin", "admin"), ("admin", "general"), ("admin", ""), ("superset", "superset")):
        tried.append(lambda name=name, password=password: signed_in(settings, name, password).__enter__())
    for attempt in tried:
        try:
            attempt()
        except PlatformError:
            continue
        yield "a password that everybody knows is taken"
    with httpx.Client(base_url=address, timeout=60, limits=session.EACH_ITS_OWN) as stranger:
        told = {"username": place.ADMINISTRATOR, "password": "x", "provider": "db"}
        if (answer := stranger.post("/api/v1/security/login", json=told)).status_code != 404:
            yield f"programs may guess passwords: {answer.status_code}"
        for path in ("/api/v1/security/guest_token/", "/register/form", "/superset/register"):
            if stranger.post(path, json={}).status_code < 400:
                yield f"{path} lets somebody in"
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', stranger.get("/login/").text)
        form = {"username": place.ADMINISTRATOR, "csrf_token": token[1] if token else ""}
        statuses = [
            stranger.post("/login/", data={**form, "password": str(number)}).status_code
            for number in range(_WRONG_ATTEMPTS)
        ]
        if 429 not in statuses:
            yield f"{_WRONG_ATTEMPTS} wrong passwords in a row are answered: {statuses}"
