"""What large and hostile files cost: ``python -m benchmarks.reading_limits`` prints a Markdown table.

Each file is read in a process of its own by a new :class:`ConfinedReader` with the limits of the environment. Seconds
are those of a processor, of the parent after its imports and of the child from its start, and those that the caller
waits; memory is the most that the parent and its child held at once (resident, from the kernel's own count).
"""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from include.stage3_reading.confined.reader import ConfinedReader
from include.stage3_reading.container.limits import MEGABYTE, Limits
from tests.fixtures.make import EXACTNESS, SAFETY, sheet_xml, workbook_parts
from tests.reading.deliveries import GOOD, csv_text, good_sheets, table

ENTERPRISES = "xl/worksheets/sheet2.xml"
STRINGS = "xl/sharedStrings.xml"
ROWS = 200_000

Write = Callable[[Path], None]


# --- large and honest ----------------------------------------------------------------------------------------------


def _enterprise_row(number: int) -> list[object]:
    changes = {"enterprise_ref": f"E{number:06d}", "tax_id": f"20{number:09d}", "legal_name": f"Ñandú {number} S.A.C."}
    return table("enterprises", {**changes, "joined_on": 45_000 + number % 700})[1]


def _rows_of_xml(addressed: bool) -> Iterator[bytes]:
    """A header and 200,000 rows, with texts in the cells."""
    letters = [chr(65 + number) for number in range(len(GOOD["enterprises"]) + 1)]
    rows = [table("enterprises")[0], *(_enterprise_row(number) for number in range(ROWS))]
    for number, row in enumerate(rows, 1):
        cells = []
        for letter, value in zip(letters, row, strict=False):
            place = f' r="{letter}{number}"' if addressed else ""
            if isinstance(value, int):
                cells.append(f"<c{place}><v>{value}</v></c>")
            elif value is not None:
                cells.append(f'<c{place} t="inlineStr"><is><t>{value}</t></is></c>')
        yield f"<row{f' r={chr(34)}{number}{chr(34)}' if addressed else ''}>{''.join(cells)}</row>".encode()


def _large_workbook(addressed: bool) -> Write:
    def write(path: Path) -> None:
        _pack(path, {**workbook_parts(), ENTERPRISES: sheet_xml(b"".join(_rows_of_xml(addressed)))})

    return write


def _large_archive(path: Path) -> None:
    rows = [table("enterprises")[0], *(_enterprise_row(number) for number in range(ROWS))]
    entries = {name: csv_text(sheet).encode() for name, sheet in good_sheets().items()}
    _pack(
        path, {f"{name}.csv": content for name, content in {**entries, "enterprises": csv_text(rows).encode()}.items()}
    )


# --- bombs -----------------------------------------------------------------------------------------------------------


def _pack(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _noise(count: int) -> Iterator[str]:
    """Numbers that pack badly enough for the ratio of sizes to pass."""
    draw = random.Random(1)
    return (str(draw.randrange(10**9)) for _ in range(count))


def _dense_cells(rows: int, columns: int, addressed: bool) -> Write:
    """Within rows, columns and extent, and as many cells as they allow."""

    def write(path: Path) -> None:
        letters = [chr(65 + n) if n < 26 else chr(64 + n // 26) + chr(65 + n % 26) for n in range(columns)]
        noise = list(_noise(10_007))
        pieces = []
        for row in range(1, rows + 1):
            cells = (
                f'<c r="{letter}{row}"><v>{noise[(row * columns + n) % 10_007]}</v></c>'
                if addressed
                else f"<c><v>{noise[(row * columns + n) % 10_007]}</v></c>"
                for n, letter in enumerate(letters)
            )
            pieces.append(f"<row>{''.join(cells)}</row>")
        _pack(path, {**workbook_parts(), ENTERPRISES: sheet_xml("".join(pieces).encode())})

    return write


def _many_strings(path: Path) -> None:
    strings = "".join(f"<si><t>{text}</t></si>" for text in _noise(8_000_000))
    _pack(path, {**workbook_parts(), STRINGS: f"<sst>{strings}</sst>".encode()})


def _many_rich_strings(path: Path) -> None:
    strings = "".join(f"<si><r><t>{text}</t></r></si>" for text in _noise(6_000_000))
    _pack(path, {**workbook_parts(), STRINGS: f"<sst>{strings}</sst>".encode()})


def _many_styles(path: Path) -> None:
    styles = "".join(f'<xf numFmtId="{text}"/>' for text in _noise(8_000_000))
    _pack(path, {**workbook_parts(), "xl/styles.xml": f"<styleSheet><cellXfs>{styles}</cellXfs></styleSheet>".encode()})


def _many_merged_ranges(path: Path) -> None:
    ranges = "".join(f'<mergeCell ref="A{1 + int(text) % 400_000}:IV400000"/>' for text in _noise(900_000))
    sheet = sheet_xml(b"").replace(b"</worksheet>", f"<mergeCells>{ranges}</mergeCells></worksheet>".encode())
    _pack(path, {**workbook_parts(), ENTERPRISES: sheet})


def _deep(path: Path) -> None:
    _pack(path, {**workbook_parts(), ENTERPRISES: sheet_xml(b"".join(b"<a%d>" % n for n in range(5_000_000)))})


def _many_formulas(path: Path) -> None:
    """Formulas without a stored value hold none, wherever they stand."""
    cells = "".join(f'<row><c r="A{row}"><f>A{text}</f></c></row>' for row, text in enumerate(_noise(1_000_000), 1))
    _pack(path, {**workbook_parts(), ENTERPRISES: sheet_xml(cells.encode())})


def _zeros(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("mipymes.csv", "w") as entry:
        for _ in range(1000):
            entry.write(bytes(MEGABYTE))


def _csv(content: Callable[[], str]) -> Write:
    def write(path: Path) -> None:
        entries = {f"{name}.csv": csv_text(sheet).encode() for name, sheet in good_sheets().items()}
        _pack(path, {**entries, "enterprises.csv": content().encode()})

    return write


def _one_field() -> str:
    return '"' + "\n".join(_noise(30_000_000))


def _many_fields() -> str:
    return "".join(f"{text},,,,,,,,,,,,\n" for text in _noise(8_000_000))


def _blank_lines() -> str:
    header = csv_text(table("enterprises")).strip()
    return header + "".join(f"\n{text}" + "\n" * 20 for text in _noise(4_000_000))


LARGE: dict[str, tuple[str, Write]] = {
    "200,000 enterprises, 11 cells each": (".xlsx", _large_workbook(True)),
    "the same, cells without addresses": (".xlsx", _large_workbook(False)),
    "the same as CSV": (".zip", _large_archive),
}
BOMBS: dict[str, tuple[str, Write]] = {
    "1,000 MB of zeros": (".zip", _zeros),
    "18,000 x 256 numbers": (".xlsx", _dense_cells(18_000, 256, True)),
    "28,000 x 256 numbers without addresses": (".xlsx", _dense_cells(28_000, 256, False)),
    "8 million shared strings": (".xlsx", _many_strings),
    "6 million shared rich strings": (".xlsx", _many_rich_strings),
    "8 million cell formats": (".xlsx", _many_styles),
    "900,000 merged ranges": (".xlsx", _many_merged_ranges),
    "5 million elements inside one another": (".xlsx", _deep),
    "1,000,000 formulas without a value": (".xlsx", _many_formulas),
    "a quoted field of 280 MB": (".zip", _csv(_one_field)),
    "100 million empty fields": (".zip", _csv(_many_fields)),
    "84 million blank lines": (".zip", _csv(_blank_lines)),
}
#: Files of the corpus that are made to be costly.
SMALL_BOMBS = ("far_cell.xlsx", "shared_strings.xlsx", "entities.xlsx", "inflates.zip", "declares_less.zip")


# --- measuring ------------------------------------------------------------------------------------------------------


def read_one(path: Path) -> dict[str, object]:
    """Reads one file, and says what that took (bytes and seconds) and what became of it."""
    before, before_cpu = time.perf_counter(), time.process_time()
    with ConfinedReader(Limits.from_environment()) as reader:
        reading = reader.read(path, path.name)
    seconds, own = time.perf_counter() - before, time.process_time() - before_cpu
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    refusal = reading.details.get("refused")
    rows = sum(len(frame) for frame in reading.frames.values())
    return {
        "waited": seconds,
        "processor": own + child.ru_utime + child.ru_stime,
        "parent": _peak_bytes(),
        "child": child.ru_maxrss * 1024,
        "fate": f"{refusal['rule']}: {refusal['reason']}" if refusal else f"{rows:,} rows read",
    }


def _peak_bytes() -> int:
    """The most this process held; ``getrusage`` would count what its parent held before it started."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]


def measured(path: Path) -> dict[str, object]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reading_limits", str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(answer.stdout)
    return found


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and path of every file, written when its turn comes and removed after it."""
    made = {**EXACTNESS, **SAFETY}
    for name in SMALL_BOMBS:
        path = folder / name
        path.write_bytes(made[name]())
        yield name, path
        path.unlink()
    for name, (suffix, write) in {**LARGE, **BOMBS}.items():
        path = folder / f"file{suffix}"
        write(path)
        yield name, path
        path.unlink()


def main() -> None:
    """Prints the table."""
    if len(sys.argv) > 1:
        print(json.dumps(read_one(Path(sys.argv[1]))))
        return
    print("| file | MB packed | processor, s | waited, s | child, MB | parent, MB | what became of it |")
    print("|---|---:|---:|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files(Path(folder)):
            found = measured(path)
            sizes = [f"{int(str(found[process])) / MEGABYTE:.0f}" for process in ("child", "parent")]
            packed = path.stat().st_size / MEGABYTE
            seconds = [f"{float(str(found[kind])):.1f}" for kind in ("processor", "waited")]
            columns = [name, f"{packed:.2f}", *seconds, *sizes, str(found["fate"])]
            print(f"| {' | '.join(columns)} |", flush=True)


if __name__ == "__main__":
    main()
