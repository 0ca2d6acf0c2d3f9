"""Inside Superset: two things that its scripts have built in, and no setting takes away.

A picture elsewhere, by which its makers count installations; and two buttons in each legend, which take its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

_CHANGES = {
    b"https://apachesuperset.gateway.scarf.sh/pixel/": (
        b"data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==#"
    ),
    b'selector:["all","inverse"]': b"selector:!1",
}

_ASSETS = Path(str(files("superset"))) / "static" / "assets"


def _changed(script: bytes) -> bytes:
    for found, instead in _CHANGES.items():
        script = script.replace(found, instead)
    return script


_WITH_THEM = {
    f"/static/assets/{path.name}" for path in _ASSETS.glob("*.js") if _changed(script := path.read_bytes()) != script
}

_Environ = dict[str, Any]
_Application = Callable[[_Environ, Callable[..., Any]], Iterable[bytes]]


class ChangedScripts:
    """Takes them out of those of Superset's scripts that have them."""

    def __init__(self, application: _Application) -> None:
        self._application = application

    def __call__(self, environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") not in _WITH_THEM:
            return self._application(environ, start_response)
        # Neither compressed nor a part of it, so that it can be looked through; browsers keep it for a year.
        told: list[Any] = []
        asked = {name: value for name, value in environ.items() if name not in ("HTTP_ACCEPT_ENCODING", "HTTP_RANGE")}
        chunks = self._application(asked, lambda *answer: told.append(answer))
        body = _changed(b"".join(chunks))
        if hasattr(chunks, "close"):
            chunks.close()
        status, headers, *more = told[0]
        headers = [(name, str(len(body)) if name.lower() == "content-length" else value) for name, value in headers]
        start_response(status, headers, *more)
        return [body]
