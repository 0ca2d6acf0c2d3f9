"""Each page of ``docs/how-to`` can be followed as it stands, and a night shows what it promises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.how_to.conftest import ONCE, Copy
from tests.how_to.page import PAGES, NotFollowed, apply, commands, steps

#: Outputs of the night that no page changes.
_LEFT_OUT = ("answer_partners", "send_mail", "build_data_docs", "build_dbt_docs")
#: Run in the copy: a night on the demonstration as it is written now, and the office's registry as the pages left it.
_NIGHT = f"""
import os, tempfile
from datetime import date
from pathlib import Path
from include.demonstration import write_programme
from include.platform.settings import Settings
from include.nightly.in_process import STEPS, run_night

state = Path(".state").resolve()
with tempfile.TemporaryDirectory() as registry:
    write_programme(Path(os.environ["INBOX"]), Path(registry), "small")
settings = Settings(state, os.environ["INBOX"], Path(os.environ["REGISTRY"]), as_of=date(2026, 2, 20))
steps = [step for step in STEPS if step.__name__ not in {_LEFT_OUT!r}]
run_night(settings, "followed", steps=steps)
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed(copy: Copy, page: Path) -> None:
    copy.follow(page)


@pytest.fixture(scope="module")
def after_a_night(copy: Copy) -> Iterator[sa.Connection]:
    """The warehouse of the copy after a night in which every page has been followed."""
    for page in PAGES:
        copy.follow(page)
    copy.run(ONCE)
    copy.run(f"PYTHONPATH=. .venv/bin/python - <<'END'{_NIGHT}END")
    engine = sa.create_engine(copy.run("make url").strip().replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_a_night_shows_what_the_pages_promise(copy: Copy, after_a_night: sa.Connection) -> None:
    asked = [(page.name, step.text) for page in PAGES for step in steps(page) if step.kind == "sql"]
    assert len({name for name, _ in asked}) >= 6
    assert [(name, question) for name, question in asked if not after_a_night.execute(sa.text(question)).first()] == []


def test_what_a_page_says_to_do_after_a_night_can_be_done(copy: Copy, after_a_night: sa.Connection) -> None:
    later = [step for page in PAGES for step in steps(page) if step.kind == "sh" and step.is_after_a_night]
    assert later
    for step in later:
        for command in commands(step):
            assert copy.run(command)


def test_nothing_is_left_to_be_migrated(copy: Copy, after_a_night: sa.Connection) -> None:
    assert "include/platform" not in copy.run('make migration MESSAGE="What a page forgot"')


def test_an_edit_is_made_where_its_lines_stand_once(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a\nb\na\nc\n")
    apply("+++ list.csv\n b\n-a\n+d\n@@\n c\n+e\n", tmp_path, {})
    assert file.read_text() == "a\nb\nd\nc\ne\n"
    apply("+++ list.csv\n+f\n", tmp_path, {})
    apply("+++ $PLACE/new/one.csv\n+g\n", Path("/nowhere"), {"PLACE": tmp_path})
    assert file.read_text() == "a\nb\nd\nc\ne\nf\n" and (tmp_path / "new" / "one.csv").read_text() == "g\n"
    file.write_text("a\na\n")
    for edit in ("+++ list.csv\n a\n+b\n", "+++ list.csv\n b\n+c\n", "+++ none.csv\n a\n+b\n", "list.csv\n+a\n"):
        with pytest.raises(NotFollowed):
            apply(edit, tmp_path, {})
    assert file.read_text() == "a\na\n"


def test_the_list_of_pages_is_whole() -> None:
    listed = (PAGES[0].parent / "README.md").read_text(encoding="utf-8")
    assert len(PAGES) >= 10 and all(f"]({page.name})" in listed for page in PAGES)
