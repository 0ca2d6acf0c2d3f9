"""Inside Superset: three things that its scripts have built in, and no setting changes.

A picture elsewhere, by which its makers count installations; two buttons in each legend, which take its place; and that
of ECharts' options of an axis' names three are thrown away, by which long names take a second line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

#: Pattern -> what stands in its place. Names that a build gives to functions are found by what they are used for.
_CHANGES = {
    re.escape(b"https://apachesuperset.gateway.scarf.sh/pixel/"): (
        b"data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==#"
    ),
    re.escape(b'selector:["all","inverse"]'): b"selector:!1",
    # rotate takes a number, formatter a text; so will three more of ECharts' options.
    (
        rb"(?<=[{,])(?=interval:[^{}]{1,80},inside:[^{}]{1,40},rotate:(\w+\.\w+)\(\)\.optional\(\),"
        rb"[^{}]{1,60}formatter:(\w+\.\w+)\(\)\.optional)"
    ): rb"width:\1().optional(),lineHeight:\1().optional(),overflow:\2().optional(),",
}

_ASSETS = Path(str(files("superset"))) / "static" / "assets"


def _changed(script: bytes) -> bytes:
    for pattern, instead in _CHANGES.items():
        script = re.sub(pattern, instead, script)
    return script


def _found() -> set[str]:
    """The addresses of the scripts that have something of it. Raises RuntimeError where nothing has one of them."""
    missing, found = set(_CHANGES), set()
    for path in _ASSETS.glob("*.js"):
        script = path.read_bytes()
        if here := {pattern for pattern in _CHANGES if re.search(pattern, script)}:
            missing -= here
            found.add(f"/static/assets/{path.name}")
    if missing:  # another version: what leaves the machine, or cannot be read, is not left to be found by readers
        raise RuntimeError(f"Superset's scripts have no longer what is changed in them: {sorted(missing)}")
    return found


_WITH_THEM = _found()

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
