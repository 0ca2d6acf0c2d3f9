"""``make pictures``: the pictures of the README, from a demonstration's warehouse; small enough for a page of text.

    python -m tests.dashboards.pictures

One is the first page of the dashboards, as a reader sees it. The other is an answer to a partner as it comes back: the
sheet with most cells marked, and what is said of each. It is drawn from the file's own cells, colours and comments.
"""

from __future__ import annotations

import html
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from include.dashboards import chromium, links, logins, people, place, process
from include.dashboards.start import start
from include.platform import interruption
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT, Settings
from tests.dashboards.reader import Reader, signed_in

FOLDER = PROJECT_ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
LANGUAGE = "en"
_READER = "test.pictures"
#: Width and height in pixels of what is shown of a page, and how much smaller it is drawn.
_PAGE, _SCALE = (1280, 1380), 0.6
_WORKBOOK = (1180, 640)
_ROWS, _COLUMNS, _SAID = 16, 8, 4
_STYLE = """
body { margin: 16px; font: 13px Arial, sans-serif; color: #26323a; background: white; }
h1 { font-size: 15px; margin: 0 0 10px; }
table { border-collapse: collapse; } td { border: 1px solid #c9ced1; padding: 3px 7px; max-width: 170px;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
tr:first-child td, td:first-child { background: #eef1f0; } .said { margin-top: 14px; white-space: pre-line; }
.said p { border-left: 8px solid; padding: 2px 10px; margin: 8px 0; }
"""


def main() -> int:
    """Draw both; the exit status."""
    if not chromium.executable():
        print("There is no Chromium on this machine: no picture was made.", file=sys.stderr)
        return 1
    settings = Settings.from_environment()
    answer = most_marked(settings.feedback)
    if not answer:
        print(f"There is no answer with marked cells in {settings.feedback}: make demo first.", file=sys.stderr)
        return 1
    start(settings, say=lambda text: print(text, flush=True))
    with _reader(settings) as reader, _browser(reader.cookies, place.base_url(settings)) as tab:
        draw_page(tab, place.base_url(settings) + links.path("programme", LANGUAGE), FOLDER / "programme.png")
        draw_answer(tab, answer, FOLDER / "answer.png")
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.relative_to(PROJECT_ROOT)}: {path.stat().st_size / 1000:.0f} kB")
    return 0 if all(path.stat().st_size < MOST_BYTES for path in FOLDER.glob("*.png")) else 1


def draw_page(tab: chromium.Tab, address: str, file: Path) -> None:
    """Draw the upper part of a dashboard, all its tiles shown. Raises PlatformError where one shows an error."""
    tab.open_dashboard(address, chromium.DESKTOP)
    if faults := tab.evaluate(chromium.FAULTS):
        raise PlatformError(f"No picture was made of {address}: {faults[0]}")
    tab.part(file, _PAGE, _SCALE)


def most_marked(feedback: Path) -> tuple[Path, str] | None:
    """The answer, and of it the sheet, that has most marks in what fits on the picture, and several rules."""
    found: list[tuple[int, str, Path, str]] = []
    for path in sorted(feedback.glob(f"*/*_{LANGUAGE}.xlsx")):
        for sheet in openpyxl.load_workbook(path).worksheets[2:]:
            rules = {_comment(cell).partition(":")[0] for cell in _marked(sheet)}
            found.append((len(rules), path.name, path, sheet.title))
    best = max(found, default=None)
    return (best[2], best[3]) if best and best[0] else None


def draw_answer(tab: chromium.Tab, answer: tuple[Path, str], file: Path) -> None:
    """Draw the sheet of an answer as a picture."""
    path, title = answer
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "answer.html"
        page.write_text(as_page(openpyxl.load_workbook(path)[title], path.name), encoding="utf-8")
        tab.navigate(page.as_uri(), (*_WORKBOOK, False))
        tab.wait(lambda: bool(tab.evaluate("document.querySelector('table') && document.readyState === 'complete'")))
        height = tab.evaluate("document.body.scrollHeight + 32")
        tab.part(file, (_WORKBOOK[0], int(height)), 0.8)


def as_page(sheet: Worksheet, name: str) -> str:
    """The upper left of a sheet as HTML, with its marks, and below it what is said of some of them."""
    lines, columns = range(1, min(sheet.max_row, _ROWS) + 1), range(1, _last(sheet) + 1)
    cells = [[sheet.cell(row, column) for column in columns] for row in lines]
    letters = "".join(f"<td>{cell.column_letter}</td>" for cell in cells[0])
    rows = "".join(f"<tr><td>{number}</td>{''.join(map(_td, row))}</tr>" for number, row in enumerate(cells, 1))
    said, rules = [], set[str]()
    for cell in _marked(sheet):
        rule = _comment(cell).partition(":")[0]
        if rule not in rules and len(rules) < _SAID:
            rules.add(rule)
            text = html.escape(_comment(cell))
            said.append(f'<p style="border-color: {_colour(cell)}"><b>{cell.coordinate}</b>  {text}</p>')
    heading = html.escape(f"{name}, {sheet.title}")
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style><h1>{heading}</h1>'
        f'<table><tr><td></td>{letters}</tr>{rows}</table><div class="said">{"".join(said)}</div>'
    )


def _td(cell: Cell) -> str:
    value = cell.value.date().isoformat() if isinstance(cell.value, datetime) else cell.value
    style = f' style="background: {_colour(cell)}"' if cell.comment else ""
    return f"<td{style}>{html.escape('' if value is None else str(value))}</td>"


def _marked(sheet: Worksheet) -> Iterator[Cell]:
    for row in sheet.iter_rows(max_row=_ROWS, max_col=_last(sheet)):
        yield from (cell for cell in row if cell.comment)


def _last(sheet: Worksheet) -> int:
    return int(min(sheet.max_column, _COLUMNS))


def _comment(cell: Cell) -> str:
    return str(cell.comment.text) if cell.comment else ""


def _colour(cell: Cell) -> str:
    return f"#{str(cell.fill.fgColor.rgb)[-6:]}"


@contextmanager
def _reader(settings: Settings) -> Iterator[Reader]:
    password = people.let_in(settings, _READER, "viewer", logins.PROGRAMME, is_new_password=True)
    try:
        with signed_in(settings, _READER, str(password)) as reader:
            yield reader
    finally:
        process.set_up(settings, {"gone": [_READER]})


@contextmanager
def _browser(cookies: dict[str, str], address: str) -> Iterator[chromium.Tab]:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        chromium.browser(Path(folder), cookies, address) as tab,
    ):
        yield tab


if __name__ == "__main__":
    interruption.listen()
    sys.exit(main())
