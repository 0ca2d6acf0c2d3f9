"""The README's pictures: small, shown, and the answer's drawn from a real answer's marks."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import openpyxl
import pytest

from include.platform.settings import PROJECT_ROOT, Settings
from tests.dashboards import chromium, pictures


def test_the_readme_shows_each_picture_and_each_is_small() -> None:
    shown = set(re.findall(r"!\[[^]]+\]\((docs/pictures/[^)]+)\)", (PROJECT_ROOT / "README.md").read_text("utf-8")))
    kept = {path.relative_to(PROJECT_ROOT).as_posix(): path for path in pictures.FOLDER.iterdir()}
    assert shown == kept.keys() == {"docs/pictures/programme.png", "docs/pictures/answer.png"}
    for path in kept.values():
        assert path.stat().st_size < pictures.MOST_BYTES and _size(path)[0] > 600


def test_an_answer_is_drawn_with_what_its_marks_say(programme: Settings, tmp_path: Path) -> None:
    answer = pictures.most_marked(programme.feedback)
    assert answer, "no answer of the demonstration has a mark"
    sheet = openpyxl.load_workbook(answer[0])[answer[1]]
    page = pictures.as_page(sheet, answer[0].name)
    assert len(re.findall(r"<p style", page)) >= 2 and "→" in page and answer[0].name in page
    if not chromium.executable():
        pytest.skip("there is no Chromium on this machine: pictures are not drawn")
    with pictures._browser({}, "http://127.0.0.1") as tab:
        pictures.draw_answer(tab, answer, tmp_path / "answer.png")
    drawn = tmp_path / "answer.png"
    assert drawn.stat().st_size < pictures.MOST_BYTES and _size(drawn)[0] > 600


def _size(png: Path) -> tuple[int, int]:
    """Width and height, which a PNG says after its first 16 bytes."""
    content = png.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    return width, height
