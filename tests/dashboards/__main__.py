"""``make dashboards-test``: what readers see under filters drawn at random, compared with figures counted from rows.

    python -m tests.dashboards [DRAWS] [SEED]

On the warehouse of STATE, which has to have had a night; starts the dashboards there. Readers of the programme and of a
country office are made for it and taken away again. Where a Chromium is on the machine, every page is opened in every
language at the width of a desk and of a phone, and one while the marts are switched (one_state.py); where there is none
that is said and nothing else is left out. Last an office's reader tries what is not his to see (attacks.py).
Exit status 1 where anything differs.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from include.contract.locales import LANGUAGES
from include.dashboards import chromium, links, place
from include.dashboards.pages import load_pages
from include.dashboards.start import start
from include.demonstration.place import is_demonstration
from include.platform import database, interruption
from include.platform.settings import Settings
from tests.dashboards import attacks, one_state
from tests.dashboards.drawing import Asked, asked, draw, offers
from tests.dashboards.reader import COUNTRY, Reader, both_made, both_signed_in
from tests.dashboards.rows import Rows


def main(draws: int, seed: int) -> int:
    """Run it all; the exit status."""
    settings = Settings.from_environment()
    start(settings, say=_say)
    with both_made(settings) as passwords:
        wrong = tried(settings, passwords, draws, seed)
    return 1 if wrong else 0


def tried(settings: Settings, passwords: Mapping[str, str], draws: int, seed: int) -> int:
    """How much is wrong with dashboards that answer, for two readers who have been let in; says what."""
    rows = Rows(database.plain(database.url(settings)))
    with both_signed_in(settings, passwords) as readers:
        wrong = _draws(readers, rows, draws, seed)
        wrong += _browser(settings, readers)
        wrong += _attacks(settings, readers)
    _say(f"{wrong} differ" if wrong else "0 differ")
    return wrong


def _draws(readers: dict[str | None, Reader], rows: Rows, draws: int, seed: int) -> int:
    chance, known, done, wrong = random.Random(seed), {}, list[Asked](), 0
    pages = list(load_pages().values())
    began = time.monotonic()
    for number in range(draws):
        page = pages[number % len(pages)]
        language = LANGUAGES[number // len(pages) % len(LANGUAGES)]
        country = (None, COUNTRY)[number % 2]
        reader = readers[country]
        key = (page.name, language, country)
        if key not in known:
            known[key] = offers(reader, page, language)
        for one in asked(reader, rows, page, language, draw(page, known[key], chance), country):
            done.append(one)
            wrong += bool(one.differences)
            for difference in one.differences[:3]:
                _say(difference)
        if number % 20 == 19:
            _say(
                f"{number + 1} of {draws} combinations, {len(done)} tiles, {wrong} differ, "
                f"{time.monotonic() - began:.0f} s"
            )
    seconds = [one.seconds for one in done]
    slowest = max(done, key=lambda one: one.seconds)
    _say(
        f"{len(done)} tiles, {sum(one.cells for one in done)} figures compared; a tile takes "
        f"{statistics.median(seconds):.2f} s, 19 of 20 at most {statistics.quantiles(seconds, n=20)[-1]:.2f} s, "
        f"the slowest ({slowest.tile}) {slowest.seconds:.2f} s"
    )
    return wrong


def _browser(settings: Settings, readers: dict[str | None, Reader]) -> int:
    if not chromium.executable():
        _say("There is no Chromium on this machine: pages were not opened in a browser.")
        return 0
    address, wrong = place.base_url(settings), 0
    pictures = place.home(settings) / "pictures"
    pictures.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        chromium.browser(Path(folder), readers[None].cookies, address) as tab,
    ):
        for size in (chromium.DESKTOP, chromium.PHONE):
            for language in LANGUAGES:
                for name in load_pages():
                    tiles = tab.open_dashboard(address + links.path(name, language), size)
                    said = [*tab.errors, *tab.failed, *(f"asked {one}" for one in tab.strangers(address))]
                    said += [*(tab.evaluate(chromium.FAULTS) or []), *(tab.evaluate(_CUT) or [])]
                    tab.picture(pictures / f"{name}-{language}-{size[0]}.png")
                    said += [f"on paper, too: {one}" for one in _printed(tab)] if size == chromium.DESKTOP else []
                    wrong += bool(said)
                    _say(
                        f"{name} {language} {size[0]} px: {tiles} tiles" + "".join(f"\n    {one[:300]}" for one in said)
                    )
        _say(f"pictures: {pictures}")
        if not is_demonstration(settings):
            _say("A switch while a page is opened is tried on a demonstration alone: it changes figures, and back.")
            return wrong
        seen = list(one_state.run(tab, database.plain(database.url(settings)), address))
    for one in seen:
        _say(one)
    _say(f"a page opened while the night switches: {'two states' if seen else 'one state'}")
    return wrong + len(seen)


#: Tables that are wider than their tile: numbers at its edge would be cut, and read as others.
_CUT = """
[...document.querySelectorAll('.dashboard-component-chart-holder')].flatMap(tile =>
  [...tile.querySelectorAll('.slice_container div:has(td)')]
    .filter(e => getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 2)
    .map(e => `${tile.querySelector('.header-title').innerText} is cut: ${e.scrollWidth} of ${e.clientWidth} px`))
"""

#: What is for a screen alone: the bar above, filters, the menus of a page and of its tiles.
_FOR_SCREENS = 'header.top, [data-test="filter-bar"], .right-button-panel, .header-controls'


def _printed(tab: chromium.Tab) -> list[str]:
    """What of it the page that is open would print; in words where it has none of it even on a screen."""
    shown = f"[...document.querySelectorAll('{_FOR_SCREENS}')].filter(e => e.offsetHeight).map(e => e.className)"
    if len(set(tab.evaluate(shown))) < 4:
        return ["Superset calls them otherwise"]
    tab.send("Emulation.setEmulatedMedia", media="print")
    printed: list[str] = tab.evaluate(shown)
    tab.send("Emulation.setEmulatedMedia", media="")
    return printed


def _attacks(settings: Settings, readers: dict[str | None, Reader]) -> int:
    """What an office's reader could try; last, because nobody can sign in for a minute afterwards."""
    came_through = list(attacks.run(settings, readers[COUNTRY], readers[None], attacks.foreign(settings)))
    for one in came_through:
        _say(one)
    _say(f"attempts as a reader of {COUNTRY}: {len(came_through)} came through")
    return len(came_through)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    interruption.listen()
    sys.exit(main(int(sys.argv[1] if len(sys.argv) > 1 else 200), int(sys.argv[2] if len(sys.argv) > 2 else 1)))
