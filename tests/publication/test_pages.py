"""Data Docs, dbt's documentation and the page that leads to them open on a machine without a network."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage4_validation import data_docs
from include.stage5_transformation import dbt, docs
from include.stage6_publication.reconcile import reconcile
from include.stage7_outputs.pages.data_docs import build_data_docs
from include.stage7_outputs.pages.index import write_index

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
#: Attributes by which a page brings something in without being asked; a link that is clicked is none of them.
_BRINGS_IN = {"src", "srcset", "data", "poster", "background"}


class Page(HTMLParser):
    """What a page brings in from elsewhere, where its links lead, and what a reader sees of it without scripts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.brought, self.links, self.seen = path, list[str](), list[str](), ""
        self._silent = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        for name, value in attrs:
            if name in _BRINGS_IN or (name == "href" and tag == "link"):
                self.brought.append(value or "")
            elif name == "href" and value and not value.startswith("#"):
                self.links.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if self._silent:
            self.brought += re.findall(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^)\"']+)", data)
        else:
            self.seen += f"{data} "

    def broken_links(self) -> list[str]:
        return [link for link in self.links if "://" not in link and not (self.path.parent / link).exists()]


@pytest.fixture(scope="module")
def written(programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, sa.Engine]]:
    """The reports of the programme's night, in a folder that tests may write to: the database is the programme's."""
    state = tmp_path_factory.mktemp("pages") / "state"
    for part in (programme.secrets, programme.reports):
        shutil.copytree(part, state / part.name)
    (state / "postgres").symlink_to(programme.postgres)
    settings = replace(programme, state=state)
    engine = database.engine(settings, "loader")
    build_data_docs(engine, settings.reports / "data_docs" / "programme")
    docs.generate_if_changed(settings)
    write_index(settings, engine)
    yield settings, engine
    engine.dispose()


@pytest.fixture(scope="module")
def reports(written: tuple[Settings, sa.Engine]) -> Path:
    return written[0].reports


@pytest.fixture(scope="module")
def pages(reports: Path) -> dict[str, Page]:
    """Every page, by its path below the reports."""
    return {str(path.relative_to(reports)): Page(path) for path in sorted(reports.rglob("*.html"))}


def test_no_page_brings_in_anything(pages: dict[str, Page]) -> None:
    ours = {name: page for name, page in pages.items() if not name.startswith("dbt_docs")}
    assert len(ours) > 10
    assert {name: page.brought for name, page in ours.items() if page.brought} == {}
    # dbt's names a picture that its builder forgot to put in; a browser looks for it beside the page
    brought = [one for one in pages["dbt_docs/index.html"].brought if re.match(r"(https?:)?//", one)]
    assert brought == []


def test_every_link_leads_somewhere(pages: dict[str, Page]) -> None:
    assert {name: page.broken_links() for name, page in pages.items() if page.broken_links()} == {}
    index = pages["index.html"]
    assert "dbt_docs/index.html" in index.links
    assert f"data_docs/programme/{data_docs.FOLDER}/index.html" in index.links


def test_data_docs_can_be_read_without_scripts(pages: dict[str, Page]) -> None:
    below = f"data_docs/programme/{data_docs.FOLDER}"
    index = pages[f"{below}/index.html"]
    assert len([link for link in index.links if link.startswith("validations/")]) >= 8
    (jobs,) = (page for name, page in pages.items() if name.startswith(f"{below}/validations/jobs/"))
    assert "J02" in jobs.seen and "unexpected values found" in jobs.seen and "Evaluated Expectations" in jobs.seen
    assert not (jobs.path.parents[4] / "static").exists()  # 4 MB a night that no page of ours uses


def test_the_index_tells_of_each_night(pages: dict[str, Page]) -> None:
    seen = " ".join(pages["index.html"].seen.split())
    assert "programme 2026-02-20" in seen and "succeeded" in seen


def test_a_quiet_night_leaves_no_data_docs(written: tuple[Settings, sa.Engine]) -> None:
    settings, engine = written
    quiet, changed = (settings.reports / "data_docs" / name for name in ("quiet", "changed"))
    assert reconcile(engine, quiet) > 0
    assert build_data_docs(engine, quiet) is None and not quiet.exists()
    with engine.begin() as connection:
        connection.execute(sa.text("delete from ops.finding where rule = 'X01'"))
    reconcile(engine, changed)
    assert build_data_docs(engine, changed) == data_docs.index_of(changed)
    assert sum(file.stat().st_size for file in changed.rglob("*") if file.is_file()) < 200_000
    shutil.rmtree(changed)


def test_dbts_page_is_made_when_what_it_says_changes(
    written: tuple[Settings, sa.Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, engine = written
    assert docs.generate_if_changed(settings) is False
    made = []
    monkeypatch.setattr(dbt, "generate_docs", lambda _, page: made.append(page))
    with engine.begin() as connection:
        connection.execute(sa.text("alter table ops.inbox_file add column of_a_test text"))
    try:
        assert docs.generate_if_changed(settings) is True and made == [docs.page_of(settings)]
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("alter table ops.inbox_file drop column of_a_test"))


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
@pytest.mark.parametrize("name", ["index", "data_docs", "dbt"])
def test_a_browser_shows_it_and_asks_nobody(reports: Path, tmp_path: Path, name: str) -> None:
    """Every name leads nowhere; what the page asks for all the same is in the browser's own log."""
    page, said = {
        "index": (reports / "index.html", "Great Expectations"),
        "data_docs": (data_docs.index_of(reports / "data_docs" / "programme"), "declared_totals"),
        "dbt": (reports / "dbt_docs" / "index.html", "alinvest_verde"),
    }[name]
    log = tmp_path / "network.json"
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
    done = subprocess.run(
        [
            *(str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", *quiet),
            *("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}"),
            *(f"--log-net-log={log}", "--virtual-time-budget=20000", "--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert said in done.stdout, done.stderr[-2000:]
    asked = set(re.findall(r'"url":"(https?://[^"]+)"', log.read_text(encoding="utf-8", errors="replace")))
    of_the_browser = re.compile(r"https?://([\w.-]+\.)?(google|googleapis|gvt1|gstatic)\.com/")
    assert {url for url in asked if not of_the_browser.match(url)} == set()
