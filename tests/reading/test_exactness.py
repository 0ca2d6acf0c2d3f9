"""The fast ways of reading give what the exact ways give, and what an independent reader gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from include.formats.text import clean_text, fold_label
from include.stage3_reading.cells import addresses, any_writing, shared_strings, usual_writing, worksheet
from include.stage3_reading.cells.cleaning import clean
from include.stage3_reading.cells.sheet_grid import sheet_grids
from include.stage3_reading.container.limits import Limits
from include.stage3_reading.container.package import open_package
from include.stage3_reading.container.refusal import NotReadable
from include.stage3_reading.container.workbook import open_workbook, shows_date
from include.stage3_reading.values.numbers import parse_number
from tests.reading.deliveries import good_sheets, write_workbook

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
TAIL = "</worksheet>"

CELLS: list[tuple[str, str]] = [
    ("number", '<c r="{a}"><v>12.5</v></c>'),
    ("shared string in a style", '<c r="{a}" s="3" t="s"><v>0</v></c>'),
    ("attributes in another order", '<c r="{a}" t="str" s="3"><v>x</v></c>'),
    ("text in the cell", '<c r="{a}" t="inlineStr"><is><t xml:space="preserve"> a &amp;lt; &#233;&#x41; </t></is></c>'),
    ("escaped control character", '<c r="{a}" t="inlineStr"><is><t>a_x000D_b _x005F_x000D_</t></is></c>'),
    ("format alone", '<c r="{a}" s="2"/>'),
    ("formula with a value", '<c r="{a}"><f>A1&gt;2</f><v>1</v></c>'),
    ("formula with an empty value", '<c r="{a}"><f>A1&amp;"b"</f><v></v></c>'),
    ("formula with an empty value, shorter", '<c r="{a}"><f>A1</f><v /></c>'),
    ("formula without a value", '<c r="{a}"><f t="shared" ref="A1:A3" si="0">A1*2</f></c>'),
    ("shared formula", '<c r="{a}"><f t="shared" si="0"/></c>'),
    ("formula whose value is an empty text", '<c r="{a}" t="str"><f>""</f><v></v></c>'),
    ("error", '<c r="{a}" t="e"><v>#N/A</v></c>'),
    ("boolean", '<c r="{a}" t="b"><v>1</v></c>'),
    ("date as text", '<c r="{a}" t="d"><v>2024-01-05</v></c>'),
]


def sheet(rows: list[list[str]], between: str = "") -> str:
    """A worksheet of the cells, each at its place from A1 on."""
    lines = [
        f'<row r="{row}" spans="1:9">'
        + between.join(
            cell.format(a=f"{addresses.column_letters(column)}{row}") for column, cell in enumerate(cells, 1)
        )
        + "</row>"
        for row, cells in enumerate(rows, 1)
    ]
    return HEAD + "<sheetData>" + between.join(lines) + "</sheetData>" + TAIL


@given(st.lists(st.lists(st.sampled_from([cell for _, cell in CELLS]), max_size=5), max_size=5))
@settings(max_examples=60, deadline=None)
def test_usual_and_exact_reading_agree(rows: list[list[str]]) -> None:
    data = sheet(rows).encode()
    usual = usual_writing.usual_cells([data])
    assert usual is not None, "the usual writing is read the fast way"
    assert usual.drop("sheet").equals(any_writing.any_cells(data))


@pytest.mark.parametrize(("reason", "cell"), CELLS, ids=[reason for reason, _ in CELLS])
def test_each_cell_in_many_pieces(monkeypatch: pytest.MonkeyPatch, reason: str, cell: str) -> None:
    monkeypatch.setattr(usual_writing, "_PIECE", 200)
    data = sheet([[cell] * 7] * 9).encode()
    usual = usual_writing.usual_cells([data, data])
    assert usual is not None
    assert usual["sheet"].to_list() == [0] * 63 + [1] * 63
    exact = any_writing.any_cells(data)
    assert usual.drop("sheet").equals(pl.concat([exact, exact]))


FRAGMENTS = [*'<>/"A07 é&', "<c ", 'r="', "><v>", "</v></c>", "/>", "<v/>", "</c>", "]]>", "</row>", "<row>"]


def cells_or_fault(decode: Callable[[bytes], pl.DataFrame | None], data: bytes) -> pl.DataFrame | str | None:
    try:
        return decode(data)
    except NotReadable as error:
        return str(error)


@given(
    st.lists(st.sampled_from([cell for _, cell in CELLS]), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3), st.sampled_from(["", *FRAGMENTS])), max_size=3),
)
@example([CELLS[0][1]], [(15, 0, "<")])  # in the value
@example([CELLS[0][1]], [(8, 1, " ")])  # in place of the quote after the address
@example([CELLS[0][1]], [(6, 0, "0")])
@example([CELLS[0][1]], [(3, 2, "s=")])  # another attribute's name
@example([CELLS[5][1]], [(9, 0, ">")])  # in the attributes of a blank
@example([CELLS[0][1], CELLS[1][1]], [(24, 0, ">"), (56, 1, "")])  # after a cell, and the next one's style
@example([CELLS[0][1]], [(300, 0, "</row>")])
@settings(max_examples=200, deadline=None)
def test_what_the_usual_way_reads_of_a_damaged_sheet_the_parser_reads_too(
    cells: list[str], changes: list[tuple[int, int, str]]
) -> None:
    """What it does not account for it leaves to the parser; it never reads what the parser would refuse."""
    text = "".join(f'<row r="{row}">' + cell.format(a=f"A{row}") + "</row>" for row, cell in enumerate(cells, 1))
    for at, removed, fragment in changes:
        at %= len(text)
        text = text[:at] + fragment + text[at + removed :]
    data = f"{HEAD}<sheetData>{text}</sheetData>{TAIL}".encode()
    usual = cells_or_fault(lambda data: usual_writing.usual_cells([data]), data)
    if isinstance(usual, pl.DataFrame):
        exact = cells_or_fault(any_writing.any_cells, data)
        assert isinstance(exact, pl.DataFrame)
        assert usual.drop("sheet").equals(exact)


@pytest.mark.parametrize(
    "rows",
    [
        f"<row>{CELLS[0][1]}</row></row>",
        f"{CELLS[0][1]}",
        f"<row>{CELLS[0][1]}",
        f"<row/>{CELLS[0][1]}</row>",
        f"<row><row>{CELLS[0][1]}</row></row>",
        f"<row>{CELLS[0][1]}</row>{CELLS[0][1].replace('{a}', 'A2')}</row>",
        f"<row>{CELLS[0][1]}<row/></row>",
        f"<row>{CELLS[0][1]}</row><row>",
        "</row>",
    ],
)
def test_a_row_that_has_no_end_or_no_start_is_left_to_the_parser(rows: str) -> None:
    """One after another, too: what one sheet has too few of, the next cannot lend it."""
    data, sound = (HEAD + f"<sheetData>{text.format(a='A1')}</sheetData>" + TAIL for text in (rows, "<row/>"))
    assert usual_writing.usual_cells([data.encode()]) is None
    assert usual_writing.usual_cells([sound.encode(), data.encode(), data.encode()]) is None
    assert usual_writing.usual_cells([sound.encode()]) is not None


USUAL = sheet([[cell for _, cell in CELLS]])

UNUSUAL: list[tuple[str, str]] = [
    ("prefixed names", re.sub(r"<(/?)(?=[a-z])", r"<\1x:", USUAL).replace("xmlns=", "xmlns:x=")),
    ("no addresses", re.sub(r' r="[A-Z]*\d+"', "", USUAL)),
    ("addresses in apostrophes", re.sub(r' r="([A-Z]*\d+)"', r" r='\1'", USUAL)),
    ("address after the type", re.sub(r' (r="[A-Z]+\d+")( [^>/]*?)?(?=/?>)', r"\2 \1", USUAL)),
    ("indented", sheet([[re.sub("><(?!/[vt]>)", ">\n  <", cell) for _, cell in CELLS]], between="\n ")),
    ("a comment", USUAL.replace("<sheetData>", "<!-- <c r='Z9'><v>1</v></c> --><sheetData>")),
    ("a marked section", USUAL.replace("<v>x</v>", "<v><![CDATA[x]]></v>")),
    ("rich text", USUAL.replace("<v>x</v>", "<v>x</v>").replace("</is>", "<rPh><t>no</t></rPh></is>")),
    ("an extension in the cell", USUAL.replace("<v>x</v>", "<v>x</v><extLst><ext uri='a'/></extLst>")),
]


def sheet_cells(data: bytes) -> pl.DataFrame:
    return worksheet.sheets_cells([data]).drop("sheet")


@pytest.mark.parametrize(("reason", "text"), UNUSUAL, ids=[reason for reason, _ in UNUSUAL])
def test_unusual_writing_is_read_exactly(reason: str, text: str) -> None:
    expected = sheet_cells(USUAL.encode())
    assert len(expected) == len(CELLS)
    assert text != USUAL
    assert usual_writing.usual_cells([text.encode()]) is None
    assert sheet_cells(text.encode()).equals(expected)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings(encoding: str) -> None:
    text = USUAL.replace("UTF-8", encoding).replace("<v>x</v>", "<v>ñ</v>")
    expected = sheet_cells(USUAL.replace("<v>x</v>", "<v>ñ</v>").encode())
    assert sheet_cells(text.encode(encoding)).equals(expected)


def test_rows_in_any_order() -> None:
    text = HEAD + '<sheetData><row r="2"><c r="B2"><v>4</v></c><c r="A2"><v>3</v></c></row>'
    text += '<row r="1"><c r="A1"><v>1</v></c></row></sheetData>' + TAIL
    assert sheet_cells(text.encode())["text"].to_list() == ["1", "3", "4"]


@pytest.mark.parametrize("address", ["A0", "AAAA1", "1A", "", "A1:B2", "A10000000"])
def test_addresses_that_are_none(address: str) -> None:
    text = HEAD + f'<sheetData><row><c r="{address}"><v>1</v></c></row></sheetData>' + TAIL
    with pytest.raises(NotReadable):
        sheet_cells(text.encode())


STRINGS = (
    '<sst><si><t>a &amp; b</t></si><si><r><t>b</t></r><r><rPr/><t xml:space="preserve"> c_x0041_</t></r>'
    "<rPh><t>no</t></rPh></si><si><t/></si></sst>"
)


def test_shared_strings() -> None:
    assert shared_strings._usual_strings(STRINGS.encode()) is None
    assert shared_strings._strings_of(STRINGS.encode()).to_list() == ["a & b", "b cA", ""]


def series_or_fault(decode: Callable[[bytes], pl.Series | None], data: bytes) -> pl.Series | str | None:
    try:
        return decode(data)
    except NotReadable as error:
        return str(error)


@given(
    st.lists(st.text(), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), st.sampled_from(["", *FRAGMENTS, "<t>"])), max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_the_usual_way_and_the_parser_read_the_same_shared_strings(
    texts: list[str], changes: list[tuple[int, int, str]]
) -> None:
    """Of a damaged part, too; what is whole and has nothing that XML cannot hold is read the usual way."""
    body = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    for at, removed, fragment in changes:
        at %= len(body)
        body = body[:at] + fragment + body[at + removed :]
    data = f"<sst>{body}</sst>".encode()
    usual = series_or_fault(shared_strings._usual_strings, data)
    exact = series_or_fault(shared_strings._any_strings, data)
    if isinstance(usual, pl.Series):
        assert isinstance(exact, pl.Series)
        assert usual.equals(exact)
    elif not changes:
        assert isinstance(exact, str), "the usual writing is read the fast way"


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd/mm/yyyy", True),
        ("yyyy-mm-dd hh:mm", True),
        ("[$-340A]d mmm yyyy", True),
        ("[h]:mm", True),
        ("General", False),
        ('0.00 "días"', False),
        ("#,##0.00_);[Red](#,##0.00)", False),
        ("[$S/-280A] #,##0.00", False),
        ("0\\d", False),
        ("@", False),
    ],
)
def test_date_formats(code: str, is_date: bool) -> None:
    assert shows_date(code) is is_date


@given(st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_numbers_never_crash_and_never_guess(text: str) -> None:
    number, rule = parse_number(text, integer=False, decimal_mark=None)
    assert (number is None) == (rule in ("C02", "C03"))


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_cleaning_is_done_once(text: str) -> None:
    once = clean(pl.Series([text, None, text]))
    assert once.to_list() == [clean_text(text), None, clean_text(text)]
    assert clean(once).to_list() == once.to_list()
    assert fold_label(once[0]) == fold_label(clean(pl.Series([text]))[0])


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return str(value).removesuffix(" 00:00:00")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return float(value)
    return value


def _grids(path: Path) -> dict[str, dict[tuple[int, int], Any]]:
    package = open_package(path, path.name, Limits())
    book = open_workbook(package)
    found: dict[str, dict[tuple[int, int], Any]] = {}
    for one in book.sheets:
        cells = found.setdefault(one.name, {})
        for column, frame in next(sheet_grids([(book, one)], Limits())).columns.items():
            for row, kind, raw in frame.select("row", "kind", "raw").iter_rows():
                cells[row, column] = float(raw) if kind == 1 else raw
    return found


def _as_openpyxl_reads(path: Path) -> dict[str, dict[tuple[int, int], Any]]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        one.title: {
            (cell.row, cell.column): _comparable(cell.value)
            for row in one.iter_rows()
            for cell in row
            if cell.value is not None and str(cell.value).strip()
        }
        for one in book.worksheets
    }


def test_openpyxl_reads_the_same(tmp_path: Path) -> None:
    sheets = good_sheets(notas=[["a", 1.5, True, date(2024, 1, 5), datetime(2024, 1, 5, 6, 7, 8), 1e21, " x ", "ñ&<"]])
    path = write_workbook(tmp_path / "a.xlsx", sheets)
    assert _grids(path) == _as_openpyxl_reads(path)


def test_openpyxl_reads_the_same_in_the_samples(samples: dict[str, Path]) -> None:
    paths = sorted(samples["peru"].glob("inbox/*/*.xlsx"))
    assert len(paths) > 20
    for path in paths:
        ours, theirs = _grids(path), _as_openpyxl_reads(path)
        for one, cells in theirs.items():
            formulas = ours[one].keys() - cells.keys()
            assert all(str(ours[one][place]).startswith("=") for place in formulas), "formulas without a value"
            assert {place: value for place, value in ours[one].items() if place not in formulas} == cells, path.name
