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
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT
from tests.dashboards import pictures

SHOWN = pictures.FOLDER / "programme.png"


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


#: As Superset's pages are: a tile that waits for its answer, and then shows what no picture can say in few bytes.
PAGE = """<!doctype html><meta charset="utf-8">
<div class="dashboard-component-chart-holder"><div class="loading">…</div></div>
<script>setTimeout(() => {{
  document.querySelector('.loading').outerHTML = '<div class="slice_container">{shown}</div>';
  const canvas = document.querySelector('canvas'); if (!canvas) return;
  const image = new ImageData(200, 200);
  crypto.getRandomValues(image.data.subarray(0, 65536)); crypto.getRandomValues(image.data.subarray(65536, 131072));
  for (let one = 3; one < image.data.length; one += 4) image.data[one] = 255;
  canvas.getContext('2d').putImageData(image, 0, 0);
}}, 1500)</script>"""


@pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install chromium")
def test_the_first_page_is_drawn_when_its_tiles_show_something(tmp_path: Path) -> None:
    page, drawn = tmp_path / "page.html", tmp_path / "programme.png"
    with pictures._browser({}, "http://127.0.0.1") as tab:
        page.write_text(PAGE.format(shown='<canvas width="200" height="200">'), encoding="utf-8")
        pictures.draw_page(tab, page.as_uri(), drawn)
        assert 15_000 < drawn.stat().st_size < pictures.MOST_BYTES and _size(drawn) == _size(SHOWN)
        drawn.unlink()
        page.write_text(PAGE.format(shown='<p class="ant-alert-error">no answer</p>'), encoding="utf-8")
        with pytest.raises(PlatformError, match=r"No picture was made of file:.*: a tile says: no answer"):
            pictures.draw_page(tab, page.as_uri(), drawn)
    assert not drawn.exists()


def _size(png: Path) -> tuple[int, int]:
    """Width and height, which a PNG says after its first 16 bytes."""
    content = png.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    return width, height
