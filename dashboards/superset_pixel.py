"""Inside Superset: no word to its makers, whose scripts ask for a picture elsewhere, by which they are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

_PIXEL = b"https://apachesuperset.gateway.scarf.sh/pixel/"
_BLANK = b"data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==#"

_ASSETS = Path(str(files("superset"))) / "static" / "assets"
_WITH_PIXEL = {f"/static/assets/{path.name}" for path in _ASSETS.glob("*.js") if _PIXEL in path.read_bytes()}

_Environ = dict[str, Any]
_Application = Callable[[_Environ, Callable[..., Any]], Iterable[bytes]]


class WithoutPixel:
    """Takes the address of the picture that counts installations out of Superset's scripts, where it is built in."""

    def __init__(self, application: _Application) -> None:
        self._application = application

    def __call__(self, environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") not in _WITH_PIXEL:
            return self._application(environ, start_response)
        # Neither compressed nor a part of it, so that it can be looked through; browsers keep it for a year.
        told: list[Any] = []
        asked = {name: value for name, value in environ.items() if name not in ("HTTP_ACCEPT_ENCODING", "HTTP_RANGE")}
        chunks = self._application(asked, lambda *answer: told.append(answer))
        body = b"".join(chunks).replace(_PIXEL, _BLANK)
        if hasattr(chunks, "close"):
            chunks.close()
        status, headers, *more = told[0]
        headers = [(name, str(len(body)) if name.lower() == "content-length" else value) for name, value in headers]
        start_response(status, headers, *more)
        return [body]
