"""The README's pictures: small, shown, and the answer's drawn from a real answer's marks."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from include.dashboards import chromium
from include.platform.settings import PROJECT_ROOT
from tests.dashboards import pictures


def test_the_readme_shows_each_picture_and_each_is_small() -> None:
    shown = set(re.findall(r"!\[[^]]+\]\((docs/pictures/[^)]+)\)", (PROJECT_ROOT / "README.md").read_text("utf-8")))
    kept = {path.relative_to(PROJECT_ROOT).as_posix(): path for path in pictures.FOLDER.iterdir()}
    assert shown == kept.keys() == {"docs/pictures/programme.png", "docs/pictures/answer.png"}
    for path in kept.values():
        assert path.stat().st_size < pictures.MOST_BYTES and _size(path)[0] > 600


@pytest.fixture
def feedback(tmp_path: Path) -> Path:
    """Answers of two projects; of one a sheet has two marks."""
    for project, marks in (("AR-01", 0), ("PE-01", 2)):
        book = openpyxl.Workbook()
        for title in ("Findings", "sales"):
            book.create_sheet(title)
        for row in range(1, 5):
            book["sales"].append([f"E{row}", row, "<b>"])
        for column in range(1, marks + 1):
            cell = book["sales"].cell(2, column)
            cell.comment = Comment(f"ERROR C0{column}: A value is missing.\n→ Fill it in.", "AL-INVEST Verde")
            cell.fill = PatternFill("solid", fgColor="FFFFEB9C")
        path = tmp_path / project / f"{project}-0001_en.xlsx"
        path.parent.mkdir()
        book.save(path)
    return tmp_path


def test_an_answer_is_drawn_with_what_its_marks_say(feedback: Path, tmp_path: Path) -> None:
    answer = pictures.most_marked(feedback)
    assert answer and answer[0].name == "PE-01-0001_en.xlsx" and answer[1] == "sales"
    page = pictures.as_page(openpyxl.load_workbook(answer[0])[answer[1]], answer[0].name)
    assert page.count("<p style") == 2 and page.count("background: #FFEB9C") == 2 and "→ Fill it in." in page
    assert "<b>" not in page.replace("<b>A2</b>", "").replace("<b>B2</b>", "")
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
