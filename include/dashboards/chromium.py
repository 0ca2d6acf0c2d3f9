"""A headless Chromium, driven by its DevTools protocol: pages as a reader's browser shows them."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

from include.platform import processes
from include.platform.errors import PlatformError

#: What it may be called.
NAMES = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS, PAGE_SECONDS = 60, 180
#: Pixels of a page that are printed or pictured at most.
HIGHEST = 8000
#: Width in pixels, height of the window, and whether it is a phone.
DESKTOP, PHONE = (1280, 900, False), (390, 844, True)
_PHONE_AGENT = "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"

#: Whether all tiles of a dashboard have what they show: none waits, and those that were asked for are there.
_IS_SHOWN = """
(() => {
  const tiles = document.querySelectorAll('.dashboard-component-chart-holder');
  const waiting = document.querySelectorAll('.loading, [data-test="loading-indicator"], .ant-spin-spinning');
  const drawn = document.querySelectorAll('.slice_container, .dashboard-markdown');
  return tiles.length > 0 && waiting.length === 0 && drawn.length >= tiles.length ? tiles.length : 0;
})()
"""

#: What a page says where a tile could not show anything: an error in its place.
FAULTS = """
[...document.querySelectorAll('[data-test="error-alert"], .ant-alert-error, .missing-chart-container')]
  .map(e => 'a tile says: ' + e.innerText)
"""


def executable() -> str | None:
    """Where a Chromium is, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """An open page; what its console and its requests said since it was opened."""

    connection: ClientConnection
    session: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    #: Requests that wait for ``let_go``.
    held: list[str] = field(default_factory=list)
    _holds: Callable[[str], bool] = field(default=lambda _body: False)
    _number: int = 0

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask Chromium, and listen to what happens meanwhile."""
        self._number += 1
        number = self._number  # what is continued meanwhile has others
        message = {"id": number, "sessionId": self.session, "method": method, "params": parameters}
        self.connection.send(json.dumps(message))
        while True:
            answer = json.loads(self.connection.recv(timeout=PAGE_SECONDS))
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._hear(answer)

    def _hear(self, event: dict[str, Any]) -> None:
        method, said = event.get("method"), event.get("params", {})
        if method == "Fetch.requestPaused":
            if self._holds(said["request"].get("postData", "")):
                self.held.append(said["requestId"])
            else:
                self._continue(said["requestId"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Network.responseReceived" and said["response"]["status"] >= 400:
            self.failed.append(f"{said['response']['status']} {said['response']['url']}")
        elif method == "Runtime.exceptionThrown":
            details = said["exceptionDetails"]
            self.errors.append(str(details.get("exception", {}).get("description") or details["text"]))
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(one.get("value") or one.get("description")) for one in said["args"]))
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.errors.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")

    def _continue(self, request: str) -> None:
        self._number += 1  # its answer is not waited for
        told = {"id": self._number, "sessionId": self.session, "method": "Fetch.continueRequest"}
        self.connection.send(json.dumps({**told, "params": {"requestId": request}}))

    def hold(self, pattern: str, which: Callable[[str], bool]) -> None:
        """Hold requests to addresses like ``pattern`` whose body is so, until :meth:`let_go`."""
        self._holds = which
        self.send("Fetch.enable", patterns=[{"urlPattern": pattern, "requestStage": "Request"}])

    def let_go(self) -> None:
        """Let what is held go its way, and hold nothing any more."""
        self._holds = lambda _body: False
        for request in self.held:
            self._continue(request)
        self.held.clear()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until it is so. Raises TimeoutError where it does not come."""
        if not processes.wait_until(condition, PAGE_SECONDS, pause=0.1):
            raise TimeoutError(f"the page does not come to what is waited for; its console says {self.errors}")

    def evaluate(self, script: str) -> Any:
        """The value of a piece of JavaScript in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    def open_dashboard(self, address: str, size: tuple[int, int, bool]) -> int:
        """Open a dashboard and wait until all of its tiles are shown; how many there are."""
        self.navigate(address, size)
        deadline, quiet, tiles = time.monotonic() + PAGE_SECONDS, 0, 0
        while quiet < 4:  # a tile that waits for a filter is not at work yet
            if time.monotonic() > deadline:
                raise TimeoutError(f"{address} is not shown after {PAGE_SECONDS} s; its console says {self.errors}")
            time.sleep(0.5)
            tiles = int(self.evaluate(_IS_SHOWN) or 0)
            quiet = quiet + 1 if tiles else 0
        return tiles

    def navigate(self, address: str, size: tuple[int, int, bool]) -> None:
        """Begin to open an address on a screen of ``size``; what was said before is forgotten."""
        width, height, is_phone = size
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone
        )
        self.send("Emulation.setUserAgentOverride", userAgent=_PHONE_AGENT if is_phone else "")
        self.errors.clear()
        self.requests.clear()
        self.failed.clear()
        self.send("Page.navigate", url=address)

    def picture(self, file: Path) -> None:
        """The whole page as PNG, as far as it scrolls: the window is made as high meanwhile."""
        self._whole()
        shot = self.send("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    def part(self, file: Path, size: tuple[int, int], scale: float) -> None:
        """The upper part of a page as PNG: width and height in pixels of the page, drawn smaller by ``scale``."""
        width, height = size
        whole = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **whole)
        time.sleep(2)  # charts draw themselves anew
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
        shot = self.send("Page.captureScreenshot", format="png", clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        """The page as it is printed, on one sheet of its own width and height, so that no chart is cut in two."""
        self.send("Emulation.setEmulatedMedia", media="print")  # without filters and menus
        width, height = self._whole()
        # An inch has 96 pixels; a little more height, so that what is rounded does not begin a second sheet.
        size = {"paperWidth": width / 96, "paperHeight": (height + 8) / 96}
        margins = dict.fromkeys(("marginTop", "marginBottom", "marginLeft", "marginRight"), 0)
        printed = self.send("Page.printToPDF", printBackground=True, **size, **margins)
        return base64.b64decode(printed["data"])

    def png(self) -> bytes:
        """The page as it is printed, as a picture."""
        self.send("Emulation.setEmulatedMedia", media="print")
        self._whole()
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def _whole(self) -> tuple[int, int]:
        """Make the window as high as the page scrolls; its width and height in pixels."""
        width, height = self.evaluate("[window.innerWidth, document.documentElement.scrollHeight]")
        whole = {"width": width, "height": min(height, HIGHEST), "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **whole)
        time.sleep(2)  # charts draw themselves anew
        return width, min(height, HIGHEST)

    def strangers(self, address: str) -> list[str]:
        """Requests to anywhere but the server of ``address``."""
        own = urlsplit(address).netloc
        return [
            one
            for one in self.requests
            if (parts := urlsplit(one)).scheme in ("http", "https", "ws", "wss") and parts.netloc != own
        ]


@contextmanager
def browser(folder: Path, cookies: dict[str, str], address: str) -> Iterator[Tab]:
    """A Chromium with a profile of its own below ``folder``, signed in by cookies at ``address``; ended at the end.

    Raises PlatformError where there is none, or it does not start.
    """
    found = executable()
    if not found:
        raise PlatformError("There is no Chromium on this machine: install it (apt-get install chromium).")
    log = folder / "chromium.log"
    options = [
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"),
        *("--disable-extensions", "--metrics-recording-only", "--hide-scrollbars", "--force-color-profile=srgb"),
        *("--remote-debugging-port=0", f"--user-data-dir={folder / 'profile'}", "about:blank"),
    ]
    with log.open("wb") as said:
        process = subprocess.Popen(
            [found, *options], stdout=said, stderr=said, env={**os.environ, "HOME": str(folder)}, start_new_session=True
        )
    try:
        pattern = re.compile(rb"DevTools listening on (ws://\S+)")
        processes.wait_until(lambda: bool(pattern.search(log.read_bytes())), START_SECONDS)
        endpoint = pattern.search(log.read_bytes())
        if not endpoint:
            raise PlatformError(f"Chromium does not start: {log.read_text(errors='replace')}")
        with connect(endpoint[1].decode(), max_size=None, open_timeout=START_SECONDS) as connection:
            whole = Tab(connection, "")
            yield _signed_in(whole, cookies, address)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _signed_in(whole: Tab, cookies: dict[str, str], address: str) -> Tab:
    connection = whole.connection
    connection.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
    target = _answer(connection, 1)["targetId"]
    attach = {"targetId": target, "flatten": True}
    connection.send(json.dumps({"id": 2, "method": "Target.attachToTarget", "params": attach}))
    tab = Tab(connection, _answer(connection, 2)["sessionId"], _number=10)
    for domain in ("Page", "Runtime", "Network", "Log"):
        tab.send(f"{domain}.enable")
    for name, value in cookies.items():
        tab.send("Network.setCookie", name=name, value=value, url=address, httpOnly=True)
    return tab


def _answer(connection: ClientConnection, number: int) -> dict[str, Any]:
    while True:
        said = json.loads(connection.recv(timeout=START_SECONDS))
        if said.get("id") == number:
            result: dict[str, Any] = said["result"]
            return result
