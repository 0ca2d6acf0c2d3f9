"""Mutated deliveries: ``make fuzz [CASES=10000 SEED=…]``; without a seed it is the day's.

Each case changes a few bytes, or a few pieces of XML or CSV, of a good delivery, and asks of the reader:
no crash, no hang, and no value that is silently another one. A file is refused, or every cell of it is what a second
decoder, slow and by the letter of the formats, finds in the changed file; and cells that are as before are read as
before. A case is told by its seed and number alone.
"""

from __future__ import annotations

import random
import re
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from include.formats.labels import recognise_sheet
from include.stage3_reading.cells.csv_grid import csv_grid, decode, find_separator
from include.stage3_reading.cells.sheet_grid import sheet_grids
from include.stage3_reading.container.limits import Limits
from include.stage3_reading.container.package import open_package
from include.stage3_reading.container.refusal import Refused
from include.stage3_reading.container.workbook import open_workbook
from include.stage3_reading.sheets.reading import Reading
from tests.reading.deliveries import cover_rows, csv_text, read_file, table, write_workbook
from tests.reading.reference import Cells, NotDecodable, apart, as_cells, csv_cells, workbook_cells

SECONDS_A_CASE = 60
LIMITS = Limits()


# --- what is mutated -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seed:
    """A good delivery and what is read from it."""

    suffix: str
    content: bytes
    parts: dict[str, bytes]
    cells: dict[str, Cells]
    reading: Reading


def _sheets() -> dict[str, list[list[Any]]]:
    enterprises = [{"enterprise_ref": f"E{number}", "legal_name": f"Ñandú & Cía {number}"} for number in range(3)]
    sales: list[dict[str, Any]] = [
        {},
        {"current_amount": "1.234,5", "baseline_start": "01/02/2022"},
        {"currency": True, "baseline_amount": 1e-7, "current_amount": "=A1"},
    ]
    return {"cover": cover_rows(), "enterprises": table("enterprises", *enterprises), "sales": table("sales", *sales)}


def _by_openpyxl(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in _sheets().items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book["enterprises"].merge_cells("C3:D3")
    book.save(path)
    return path


def _as_csv(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for (name, rows), separator in zip(_sheets().items(), ",;\t", strict=True):
            shown = [[f'a "{value}"\n' if value == "Ñandú & Cía 1" else value for value in row] for row in rows]
            archive.writestr(f"{name}.csv", csv_text(shown, separator))
    return path


@cache
def seeds() -> tuple[Seed, ...]:
    """Good deliveries by different programs."""
    writers: list[tuple[str, Callable[[Path], Path]]] = [
        (".xlsx", lambda path: write_workbook(path, _sheets())),
        (".xlsx", lambda path: write_workbook(path, _sheets(), in_memory=True, constant_memory=True)),
        (".xlsx", _by_openpyxl),
        (".zip", _as_csv),
    ]
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (suffix, write) in enumerate(writers):
            path = write(Path(folder) / f"{number}{suffix}")
            with zipfile.ZipFile(path) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
            reading = read_file(path, path.name, LIMITS)
            made.append(Seed(suffix, path.read_bytes(), parts, decoded(path), reading))
    return tuple(made)


# --- mutations ---------------------------------------------------------------------------------------------

_PIECES = [
    b"<", b">", b'"', b"&", b"&amp;", b"&#0;", b"&#x41;", b"&lt;", b"]]>", b"<![CDATA[1]]>", b"<!-- -->", b"<?x?>",
    b"<v>", b"</v>", b"</c>", b"<c>", b'<c r="B2"><v>1</v></c>', b"<f>1</f>", b"<row>", b"</row>", b' t="s"',
    b' t="str"', b' t="b"', b' t="e"', b' t="inlineStr"', b' t="d"', b' s="1"', b' r="A1"', b' xml:space="preserve"',
    b"<is><t>x</t></is>", b"0", b"-1", b"1e5", b"1E400", b"NaN", b"99999999999999999999", b".", b",", b";", b"\t",
    b"|", b"\n", b"\r", b"\r\n", b'""', b"\0", b"\xff", b"\xc3", b"\xe2\x80\x8b", b"_x000D_", b" ", b"#N/A", b"'",
]  # fmt: skip


def _mutated(content: bytes, draw: random.Random) -> bytes:
    """One change anywhere."""
    at = draw.randrange(len(content) + 1)
    to = min(len(content), at + draw.choice((1, 1, 2, 4, 16, 200)))
    kind = draw.randrange(7)
    if kind == 0 and content:
        at = min(at, len(content) - 1)
        return content[:at] + bytes([content[at] ^ (1 << draw.randrange(8))]) + content[at + 1 :]
    if kind == 1:
        return content[:at] + content[to:]
    if kind == 2:
        return content[:to] + content[at:to] + content[to:]
    if kind == 3:
        return content[:at] + draw.choice(_PIECES) + content[at:]
    if kind == 4:
        return content[:at] + draw.choice(_PIECES) + content[to:]
    if kind == 5:
        return content[:at] + bytes(draw.randrange(256) for _ in range(to - at)) + content[to:]
    return content[:at] if draw.random() < 0.1 else content[:at] + content[at:to][::-1] + content[to:]


def _mutated_xml(content: bytes, draw: random.Random) -> bytes:
    """A change that respects tags: elements and attributes go, come twice, change places or values."""
    tags = list(re.finditer(rb"<[^<>]*>", content))
    attributes = list(re.finditer(rb'\s[\w:]+="[^"]*"', content))
    texts = list(re.finditer(rb">([^<>]+)<", content))
    kind = draw.randrange(7)
    if kind <= 1 and attributes:
        one, other = draw.choice(attributes), draw.choice(attributes)
        return content[: one.start()] + (other[0] if kind else b"") + content[one.end() :]
    if kind == 2 and tags:
        one, other = draw.choice(tags), draw.choice(tags)
        return content[: one.start()] + other[0] + content[one.end() :]
    if kind <= 4 and texts:
        one, other = draw.choice(texts), draw.choice(texts)
        text = other[1] if kind == 3 else _mutated(one[1], draw)
        return content[: one.start(1)] + text + content[one.end(1) :]
    elements = [match for name in (b"c", b"row", b"si", b"xf", b"sheet", b"v") for match in _elements(content, name)]
    if not elements:
        return _mutated(content, draw)
    one, other = draw.choice(elements), draw.choice(elements)
    if kind == 5:
        return content[: one.start()] + content[one.end() :]
    return content[: one.end()] + other[0] + content[one.end() :]


def _elements(content: bytes, name: bytes) -> list[re.Match[bytes]]:
    return list(re.finditer(rb"<%s(?:\s[^<>]*)?(?:/>|>.*?</%s>)" % (name, name), content, re.DOTALL))


def write_mutant(path: Path, seed: Seed, draw: random.Random) -> None:
    """The delivery with one to three changes, to the archive's bytes or inside a part of it."""
    if draw.random() < 0.15:
        content = seed.content
        for _ in range(draw.randint(1, 3)):
            content = _mutated(content, draw)
        path.write_bytes(content)
        return
    parts = dict(seed.parts)
    weights = [6 if re.search(r"sheet\d|\.csv|sharedStr", name) else 1 for name in parts]
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        name = draw.choices(list(parts), weights)[0]
        is_xml = not name.endswith(".csv") and draw.random() < 0.6
        parts[name] = (_mutated_xml if is_xml else _mutated)(parts[name], draw)
    write_parts(path, parts)


def write_parts(path: Path, parts: dict[str, bytes]) -> None:
    """An archive of the parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


# --- what has to hold --------------------------------------------------------------------------------------------


def decoded(path: Path) -> dict[str, Cells]:
    """Sheet -> cells as the reader decodes them. Raises Refused."""
    package = open_package(path, path.name, LIMITS)
    try:
        if package.kind == "csv":
            entries = package.csv_entries()
            return apart(
                (names[0], as_cells(csv_grid(*_text(package.read(index), names[0]), LIMITS)))
                for index, names in entries
            )
        book = open_workbook(package)
        grids = sheet_grids([(book, sheet) for sheet in book.sheets], LIMITS)
        return apart((sheet.name, as_cells(grid)) for sheet, grid in zip(book.sheets, grids, strict=True))
    finally:
        package.archive.close()


def _text(data: bytes, name: str) -> tuple[str, str]:
    text, _ = decode(data)
    return text, find_separator(text, recognise_sheet(Path(name).stem))


def by_the_letter(path: Path) -> dict[str, Cells]:
    """The same by the second decoder. Raises NotDecodable."""
    if path.suffix == ".xlsx":
        return workbook_cells(path)
    package = open_package(path, path.name, LIMITS)
    with package.archive:
        entries = package.csv_entries()
        return apart((names[0], csv_cells(*_text(package.read(index), names[0]))) for index, names in entries)


def judge(seed: Seed, path: Path) -> str:
    """What became of a mutant: ``refused``, ``as before`` or ``other cells``. Raises AssertionError."""
    reading = read_file(path, path.name, LIMITS)
    refused = reading.details.get("refused")
    if refused:
        assert "unforeseen" not in refused["reason"], refused["reason"]
        return "refused"
    try:
        cells = decoded(path)
    except Refused as refusal:
        raise AssertionError(f"read although it is refused: {refusal}") from None
    try:
        expected = by_the_letter(path)
    except NotDecodable as error:
        if cells == seed.cells:  # what is broken carries no value, such as an attribute of a row
            return "as before"
        raise AssertionError(f"read although it has no certain meaning: {error}") from None
    assert cells.keys() == expected.keys()
    for sheet, ours in cells.items():
        theirs = expected[sheet]
        wrong = [place for place in ours.keys() | theirs.keys() if ours.get(place) != theirs.get(place)]
        assert not wrong, [(sheet, place, ours.get(place), theirs.get(place)) for place in wrong[:3]]
    if cells == seed.cells:
        assert reading.findings.equals(seed.reading.findings)
        assert reading.frames.keys() == seed.reading.frames.keys()
        assert all(reading.frames[sheet].equals(frame) for sheet, frame in seed.reading.frames.items())
        return "as before"
    _as_before_where_untouched(seed, reading, cells)
    return "other cells"


def _as_before_where_untouched(seed: Seed, reading: Reading, cells: dict[str, Cells]) -> None:
    """Rows whose cells and whose header are as before are read as before, if the cover is."""
    if {name: one for name, one in cells.items() if recognise_sheet(Path(name).stem) == "cover"} != {
        name: one for name, one in seed.cells.items() if recognise_sheet(Path(name).stem) == "cover"
    }:
        return
    for name, before in seed.cells.items():
        sheet = recognise_sheet(Path(name).stem) or ""
        now = cells.get(name, {})
        if sheet in ("cover", "") or sheet not in reading.frames or _row(before, 1) != _row(now, 1):
            continue
        assert seed.reading.frames[sheet].columns == reading.frames[sheet].columns
        rows = {row["row_number"]: row for row in reading.frames[sheet].iter_rows(named=True)}
        for old in seed.reading.frames[sheet].iter_rows(named=True):
            number = old["row_number"]
            if _row(before, number) == _row(now, number):
                assert rows[number] == old, (name, number)


def _row(cells: Cells, number: int) -> dict[int, tuple[str, Any]]:
    return {column: cell for (row, column), cell in cells.items() if row == number}


def run(count: int, seed: int, folder: Path) -> Iterator[tuple[int, str]]:
    """Number and fate of every case; a fate that begins with ``FAILED`` is one the reader has to answer for."""
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")
        good = draw.choice(seeds())
        path = folder / f"mutant{good.suffix}"
        write_mutant(path, good, draw)
        signal.alarm(SECONDS_A_CASE)
        try:
            fate = judge(good, path)
        except AssertionError as error:
            at = traceback.extract_tb(error.__traceback__)[-1].line
            fate = f"FAILED {error or at}"
        finally:
            signal.alarm(0)
        if fate.startswith("FAILED"):
            path.rename(folder / f"failed-{seed}-{number}{good.suffix}")
        yield number, fate


def main() -> None:
    """Runs the cases and says what became of them; exit status 1 where one failed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else date.today().toordinal()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    fates: Counter[str] = Counter()
    started = time.monotonic()
    for number, fate in run(count, seed, folder):
        fates[fate.split(" ")[0] if fate.startswith("FAILED") else fate] += 1
        if fate.startswith("FAILED"):
            print(f"case {number} of seed {seed}: {fate[7:400]}", flush=True)
        if number % 500 == 499:
            print(f"{number + 1} cases, {time.monotonic() - started:.0f} s: {dict(fates)}", flush=True)
    print(f"{sum(fates.values())} cases of seed {seed}: {dict(fates)}; failures are kept in {folder}")
    sys.exit(1 if fates["FAILED"] else 0)


if __name__ == "__main__":
    main()
