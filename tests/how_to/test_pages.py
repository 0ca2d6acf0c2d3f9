"""Each page of ``docs/how-to`` can be followed as it stands, and a night shows what it promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.how_to.conftest import ONCE, Copy
from tests.how_to.page import PAGES, NotFollowed, apply, commands, steps

#: Run in the copy: the template in every language, a delivery of every form written and read again, and what is
#: generated. Prints what was read: sheet -> rows.
_ROUND_TRIP = """
import json, tempfile
from collections import Counter
from pathlib import Path
from include.contract.model import LANGUAGES
from include.contract.template import write
from include.demonstration.deliveries import content, deliveries
from include.demonstration.parameters import SIZES
from include.stage3_reading.reading import read_submission

size, read = SIZES["small"], Counter()
with tempfile.TemporaryDirectory() as folder:
    for language in LANGUAGES:
        write(Path(folder) / f"{language}.xlsx", language, "PE-01", "2024-S1")
        assert not read_submission(Path(folder) / f"{language}.xlsx", "t.xlsx", "PE-01", b"k" * 32).findings.rows()
    for delivery in [one for one in deliveries(size) if one.kind == "report"][:6]:
        file = Path(folder) / delivery.file_name
        file.write_bytes(content(size, delivery))
        reading = read_submission(file, file.name, delivery.project.code, b"k" * 32)
        read += Counter({sheet: len(frame) for sheet, frame in reading.frames.items()})
print(json.dumps(read))
"""
#: Run in the copy: a night on the demonstration as it is written now, and the office's registry as the pages left it.
_NIGHT = """
import os, tempfile
from datetime import date
from pathlib import Path
from include.demonstration import write_programme
from include.platform.settings import Settings
from tests.end_to_end.stages import run_night

state = Path(".state").resolve()
with tempfile.TemporaryDirectory() as registry:
    write_programme(Path(os.environ["INBOX"]), Path(registry), "small")
run_night(Settings(state, os.environ["INBOX"], Path(os.environ["REGISTRY"]), as_of=date(2026, 2, 20)), "followed")
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed(copy: Copy, page: Path) -> None:
    copy.follow(page)
    read = json.loads(copy.run(f"PYTHONPATH=. .venv/bin/python - <<'END'{_ROUND_TRIP}END"))
    assert read["cover"] == 6 and min(read.values()) > 0


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


def test_nothing_is_left_to_be_migrated(copy: Copy, after_a_night: sa.Connection) -> None:
    assert "include/platform" not in copy.run('make migration MESSAGE="What a page forgot"')
