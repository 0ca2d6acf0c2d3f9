"""What a file has to be to be read at all: F01 and F02, each fault with its reason."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.stage3_reading.container.limits import Limits
from tests.reading.deliveries import good_sheets, places, read, rewritten, write_archive, write_workbook

Write = Callable[[Path, Path], object]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SHEET = "xl/worksheets/sheet2.xml"  # the enterprises


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(tmp_path_factory.mktemp("good") / "good.xlsx", good_sheets())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    entries: dict[str, Any] = {f"{sheet}.csv": rows for sheet, rows in good_sheets().items()}
    return write_archive(tmp_path_factory.mktemp("good") / "good.zip", entries)


def test_good_ones_have_no_finding(workbook: Path, archive: Path) -> None:
    """What every other test of this file departs from."""
    for path in (workbook, archive):
        reading = read(path)
        assert places(reading, info=True) == set()
        assert {sheet: len(frame) for sheet, frame in reading.frames.items()} == dict.fromkeys(good_sheets(), 1)
        assert all(sheet.is_judged for sheet in reading.sheets)


def _parts(**parts: Any) -> Write:
    names = {name.replace("__", "/").replace("_xml", ".xml"): change for name, change in parts.items()}
    return lambda good, target: rewritten(good, target, parts=names)


def _change(part: str, pattern: bytes, by: bytes) -> Write:
    def change(content: bytes) -> bytes:
        changed = re.sub(pattern, by, content, count=1)
        assert changed != content, "the fixture has what is changed"
        return changed

    return lambda good, target: rewritten(good, target, parts={part: change})


def _archive_of(**entries: bytes | str) -> Write:
    return lambda _, target: write_archive(target, {n.replace("_dot_", "."): c for n, c in entries.items()})


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'

FAULTS: list[tuple[str, str, str, Write]] = [
    (
        "F01",
        "a workbook under another name",
        "a.xlsm",
        lambda good, target: target.write_bytes(good.read_bytes()),
    ),
    ("F01", "any other extension", "a.pdf", lambda good, target: target.write_bytes(good.read_bytes())),
    ("F01", "no workbook part", "a.xlsx", _parts(xl__workbook_xml=None)),
    ("F01", "a sheet that is not well-formed", "a.xlsx", _change(SHEET, b"</sheetData>", b"")),
    ("F01", "no well-formed end", "a.xlsx", _change(SHEET, b"</worksheet>", b"</worksheet")),
    ("F01", "shared strings that are not well-formed", "a.xlsx", _change("xl/sharedStrings.xml", b"</si>", b"")),
    ("F01", "styles that are not well-formed", "a.xlsx", _change("xl/styles.xml", b"</styleSheet>", b"")),
    ("F01", "text after a closing quote", "a.zip", _archive_of(portada_dot_csv='periodo,"2024"-S1\n')),
    ("F01", "marked as UTF-8 and not", "a.zip", _archive_of(portada_dot_csv=b"\xef\xbb\xbfperiodo,\xe9")),
    ("F02", "a document type in a part that is read", "a.xlsx", _change(SHEET, b"<\\?xml.*?\\?>", DOCTYPE)),
    ("F02", "more parts than allowed", "a.zip", _archive_of(**{f"x{i}_dot_csv": "a" for i in range(2001)})),
]


@pytest.mark.parametrize(("rule", "reason", "name", "write"), FAULTS, ids=[f"{case[0]} {case[1]}" for case in FAULTS])
def test_faults(workbook: Path, tmp_path: Path, rule: str, reason: str, name: str, write: Write) -> None:
    write(workbook, tmp_path / name)
    reading = read(tmp_path / name)
    assert places(reading, info=True) == {(rule, "file", None, None)}, "nothing else is reported beside it"
    assert reading.frames == {}
    assert "unforeseen" not in reading.details["refused"]["reason"], "refused for a reason the reader knows"


LIMITS: list[tuple[str, Limits]] = [
    ("as delivered", Limits(max_file_bytes=1000)),
    ("inflated", Limits(max_inflated_bytes=10_000)),
    ("parts", Limits(max_parts=5)),
    ("rows", Limits(max_rows=1)),
    ("columns", Limits(max_columns=11)),
    ("extent", Limits(max_extent=23)),
]


@pytest.mark.parametrize(("what", "limits"), LIMITS, ids=[case[0] for case in LIMITS])
def test_limits(workbook: Path, archive: Path, what: str, limits: Limits) -> None:
    assert places(read(workbook, limits=limits)) == {("F02", "file", None, None)}
    if what not in ("inflated",):
        assert places(read(archive, limits=limits)) == {("F02", "file", None, None)}


def test_declared_sizes_do_not_count(archive: Path, tmp_path: Path) -> None:
    """A directory that understates a part's size is a broken archive and not a way round the limits."""
    source = io.BytesIO()
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mipymes.csv", b"0" * 100_000)
    content = bytearray(source.getvalue())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(content)
    assert places(read(tmp_path / "a.zip")) == {("F01", "file", None, None)}


def test_limits_from_the_environment(monkeypatch: pytest.MonkeyPatch, workbook: Path) -> None:
    monkeypatch.setenv("READING_MAX_PARTS", "5")
    assert Limits.from_environment() == Limits(max_parts=5)
    assert places(read(workbook)) == {("F02", "file", None, None)}


FAR = b'<row r="1048576"><c r="XFD1048576"%s</row></sheetData>'


@pytest.mark.parametrize(
    ("cell", "is_refused"),
    [
        (b"><v>1</v></c>", True),
        (b' t="inlineStr"><is><t>x</t></is></c>', True),
        (b' s="1"/>', False),
        (b"><v></v></c>", False),
    ],
    ids=["number", "text", "format alone", "empty value"],
)
def test_only_cells_that_hold_a_value_count(workbook: Path, tmp_path: Path, cell: bytes, is_refused: bool) -> None:
    far = lambda content: content.replace(b"</sheetData>", FAR % cell)  # noqa: E731
    reading = read(rewritten(workbook, tmp_path / "a.xlsx", parts={SHEET: far}))
    assert places(reading) == ({("F02", "file", None, None)} if is_refused else set())


def test_a_comment_that_names_a_document_type_is_none(workbook: Path, tmp_path: Path) -> None:
    change = lambda content: content.replace(b"<sheetData>", b"<!-- <!DOCTYPE x> --><sheetData>")  # noqa: E731
    reading = read(rewritten(workbook, tmp_path / "a.xlsx", parts={SHEET: change}))
    assert places(reading) == set()
    assert len(reading.frames["enterprises"]) == 1


def test_ignored_entries(tmp_path: Path) -> None:
    entries: dict[str, Any] = {f"datos/2024/{sheet}.csv": rows for sheet, rows in good_sheets().items()}
    entries |= {
        "__MACOSX/datos/._mipymes.csv": b"\0\5\x16\7",
        "datos/.mipymes.csv": b"\x81",
        "leeme.txt": "x",
        "foto.png": PNG,
    }
    assert places(read(write_archive(tmp_path / "a.zip", entries)), info=True) == set()


def test_names_in_utf8_without_its_mark(tmp_path: Path) -> None:
    """Some programs write UTF-8 names and do not say so."""
    name = "capacitações.csv"
    entries: dict[str, Any] = {f"{sheet}.csv": rows for sheet, rows in good_sheets(training=None).items()}
    entries |= {"x" * len(name.encode()): good_sheets()["training"]}
    path = write_archive(tmp_path / "a.zip", entries)
    path.write_bytes(path.read_bytes().replace(b"x" * len(name.encode()), name.encode()))
    reading = read(path)
    assert places(reading) == set()
    assert "training" in reading.frames
