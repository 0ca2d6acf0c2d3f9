"""What is written is read back, or has a finding: every column of the contract, every notation, every dialect.

A file holds many values, so that thousands of them are read in seconds.
"""

from __future__ import annotations

import csv
import io
import itertools
import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from include.contract import Column, load_contract
from include.contract.model import seed
from include.demonstration import SIZES
from include.demonstration import tax_ids as made_up
from include.demonstration.projects import of
from include.formats.text import EMPTY
from include.stage3_reading.cells.grid import ERROR_NAMES
from include.stage3_reading.sheets.reading import Reading
from include.stage3_reading.values.codes import TAX_ID_LENGTH
from tests.reading.deliveries import COVER, GOOD, cover_rows, good_sheets, read, table, write_archive, write_workbook

#: A cell, and the answers (value, rule) that are not a silently changed value.
Case = tuple[Any, list[tuple[Any, str | None]]]
Cases = st.SearchStrategy[Case]

CONTRACT = load_contract()
COLUMNS = [column for sheet in GOOD for column in CONTRACT.sheets[sheet].columns]
REPAIRED = "C09"


# --- strategies, by the contract's type ----------------------------------------------------------------------------


def as_read(value: Any) -> list[tuple[Any, str | None]]:
    """The value, said to be repaired or not."""
    return [(value, None), (value, REPAIRED)]


def written(number: float) -> str:
    """A number as spreadsheets write it to CSV; Python's exponents are its own."""
    return format(Decimal(repr(number)), "f")


@st.composite
def integers(draw: st.DrawFn) -> Case:
    value = draw(st.integers(0, 10**12) | st.integers(0, 2000))
    grouped = f"{value:,}"
    forms = [value, float(value), str(value), f" {value} ", f"{value}.0", f"{value},00"]
    forms += [grouped.replace(",", mark) for mark in (",", ".", " ", "\u00a0", "'")]
    return draw(st.sampled_from(forms)), as_read(value)


@st.composite
def decimals(draw: st.DrawFn) -> Case:
    places = draw(st.integers(0, 6))
    value = Decimal(draw(st.integers(0, 10**9))).scaleb(-places)
    whole, _, fraction = f"{value:,f}".partition(".")
    mark, thousands = draw(st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'")]))
    plain = whole.replace(",", "")
    forms: list[Any] = [float(value), plain + (mark + fraction if fraction else "")]
    if fraction and len(plain) > 3:
        forms.append(whole.replace(",", thousands) + mark + fraction)
    cell = draw(st.sampled_from(forms))
    before, _, after = (cell if isinstance(cell, str) else written(cell).replace(".", mark)).partition(mark)
    if len(after) == 3 and len(before) <= 3 and before != "0":  # as text it is ambiguous
        return cell, [(None, "C03"), *(as_read(float(value)) if isinstance(cell, float) else [])]
    return cell, as_read(float(value))


@st.composite
def dates(draw: st.DrawFn) -> Case:
    value = draw(st.dates(date(1900, 3, 1), date(2199, 12, 31)))
    serial = (value - date(1899, 12, 30)).days
    forms: list[Any] = [value, value.isoformat(), f"{value:%d/%m/%Y}", f"{value.day}-{value.month}-{value.year}"]
    forms += [f"{value:%d.%m.%Y}", f"{value:%d/%m/%Y} 23:59:59", f"{value.isoformat()}T00:00:00"]
    if 20_000 <= serial <= 80_000:
        forms += [serial, str(serial), serial + 0.75]
    return draw(st.sampled_from(forms)), as_read(value)


def cleaned(text: str) -> str | None:
    """A text by the words of the contract, one character at a time."""
    kept = []
    for character in text:
        if unicodedata.category(character).startswith("Z") or character in "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85":
            kept.append(" ")
        elif unicodedata.category(character) not in ("Cc", "Cf") and character not in _VARIATION_SELECTORS:
            kept.append(character)
    shown = unicodedata.normalize("NFC", "".join(kept)).strip(" ")
    while "  " in shown:
        shown = shown.replace("  ", " ")
    bare = "".join(one for one in unicodedata.normalize("NFD", shown.lower()) if not unicodedata.combining(one))
    return None if bare in EMPTY else shown


#: Those of them that are no older than the Unicode tables of every library concerned.
_VARIATION_SELECTORS = frozenset("\u180b\u180c\u180d\u180f" + "".join(map(chr, range(0xFE00, 0xFE10))))
#: Characters as old as the Unicode tables of every library concerned.
_CHARACTERS = st.characters(max_codepoint=0x24FF, exclude_categories=["Cs", "Cn"])
_TEXTS = (
    st.text(_CHARACTERS, max_size=30)
    | st.text("aé, ;|\t\n\r\"'=_x0D&<>\u00a0-", max_size=12)
    | st.sampled_from(["x" * 500, "x" * 501, "=1+1", "_x000D_", "_x0041_", "&amp;", "null", "NULL", "\\N", '"', "'12"])
)


@st.composite
def texts(draw: st.DrawFn) -> Case:
    text = draw(_TEXTS)
    if text.startswith("="):  # a formula, in which no control character may stand: XML has none, and it is not escaped
        text = "".join(character for character in text if character.isprintable())
    value = cleaned(text)
    if value is not None and len(value) > 500:
        return text, [(None, "C10")]
    if value is not None and value.upper() in ERROR_NAMES:
        return text, [(None, "C06"), (value, None)]
    if text.startswith("="):
        return text, [*as_read(value), (None, "C07")]  # a formula, in a workbook
    return text, as_read(value)


def listed(codelist: str) -> Cases:
    codes = CONTRACT.codelists[codelist]
    labels = [(label, code) for code, by_language in codes.items() for label in by_language.values() if label]
    meanings: dict[str, set[str]] = {}
    for label, code in [*labels, *((code, code) for code in codes)]:
        meanings.setdefault(_folded(label), set()).add(code)

    @st.composite
    def one(draw: st.DrawFn) -> Case:
        text, code = draw(st.sampled_from([*((code, code) for code in codes), *labels]))
        form = draw(st.sampled_from([str, str.upper, str.lower, _without_accents, lambda text: f" {text}\u00a0"]))
        cell: Any = form(text)
        if text == code and code.isdecimal():
            cell = draw(st.sampled_from([cell, int(code), str(int(code))]))
        if text == code:
            return cell, as_read(code)
        return cell, [answer for possible in meanings[_folded(text)] for answer in as_read(possible)]

    return one()


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _folded(text: str) -> str:
    return _without_accents(text).casefold()


@st.composite
def references(draw: st.DrawFn) -> Case:
    text = draw(st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,12}", fullmatch=True).filter(lambda text: cleaned(text)))
    cell = draw(st.sampled_from([text, text.lower(), f"  {text}"]))
    if text.isdecimal() and text == str(int(text)):
        cell = draw(st.sampled_from([cell, int(text)]))
    return cell, as_read(text)


@st.composite
def periods(draw: st.DrawFn) -> Case:
    year, semester = draw(st.integers(2020, 2035)), draw(st.sampled_from((1, 2)))
    forms = [f"{year}-S{semester}", f"{year}S{semester}", f"{year}-{semester}", f"S{semester} {year}"]
    forms += [f"{year} {'I' * semester}", f" {year}-s{semester} ", f"{year}\u00a0S{semester}"]
    return draw(st.sampled_from(forms)), as_read(f"{year}-S{semester}")


@st.composite
def booleans(draw: st.DrawFn) -> Case:
    value = draw(st.booleans())
    words = CONTRACT.codelists["yes_no"]["yes" if value else "no"].values()
    forms: list[Any] = [value, int(value), str(int(value)), str(value), str(value).lower(), "yes" if value else "no"]
    forms += [form(word) for word in words for form in (str, str.upper, _without_accents)]
    return draw(st.sampled_from(forms)), as_read(value)


COUNTRIES = sorted({project.country for project in of(SIZES["full"])})
TERRITORIES: dict[str, list[str]] = {}
for one in seed("territories"):
    TERRITORIES.setdefault(one["country"], []).append(one["territory_code"])


@st.composite
def tax_ids(draw: st.DrawFn, country: str) -> Case:
    """Ids that the country's check accepts; as a number they lose their zeros, which only some countries can prove."""
    text = made_up.draw(random.Random(draw(st.integers(0, 10**6))), country)
    assert made_up.is_valid(country, text)
    forms: list[Any] = [text, f" {text} ", text.lower()]
    forms += [mark.join((text[:2], text[2:-1], text[-1])) for mark in ("-", ".", " ", "/", ", ", "'")]
    cell = draw(st.sampled_from([*forms, int(text)] if text.isdecimal() else forms))
    if isinstance(cell, int) and str(cell) != text and country not in TAX_ID_LENGTH:
        return cell, as_read(str(cell))
    return cell, as_read(text)


def territories(country: str) -> Cases:
    """Codes of the country's list, as text or as the number that a spreadsheet makes of digits."""
    codes = TERRITORIES.get(country, ["X1"])
    numbers = [(int(code), as_read(code)) for code in codes if code.isdecimal()]
    unique = {number: [answer for n, a in numbers if n == number for answer in a] for number, _ in numbers}
    texts = [(form(code), as_read(code)) for code in codes for form in (str, str.lower, lambda code: f" {code}")]
    return st.sampled_from([*texts, *unique.items()])


def cases(column: Column, country: str = "PE") -> Cases:
    """Cells of a column with the answers that are right; ``country`` is that of their rows."""
    if column.codelist == "territory":
        return territories(country)
    if column.key == "decimal_mark":
        return st.sampled_from([(mark, as_read(mark)) for mark in ",."])
    if column.codelist and column.type != "boolean":
        return listed(column.codelist)
    if column.key == "tax_id":
        return tax_ids(country)
    by_type: dict[str, Callable[[], Cases]] = {
        "integer": integers,
        "decimal": decimals,
        "date": dates,
        "text": texts,
        "code": references,
        "period": periods,
        "boolean": booleans,
    }
    return by_type[column.type]()


# --- dialects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CsvDialect:
    """A way of writing CSV."""

    separator: str
    encoding: str
    quoting: int
    line_end: str

    def text(self, rows: list[list[Any]]) -> str:
        """RFC 4180 but for what the dialect is about; None is blank."""
        out = io.StringIO()
        made = csv.writer(out, delimiter=self.separator, quoting=self.quoting, lineterminator=self.line_end)  # type: ignore[arg-type]
        made.writerows([[self._shown(cell) for cell in row] for row in rows])
        return out.getvalue()

    def _shown(self, cell: Any) -> Any:
        """Numbers as spreadsheets write them; where one character ends a line, no text has the other: Python's writer
        would leave it without quotes."""
        if isinstance(cell, float):
            return written(cell)
        other = {"\r": "\n", "\n": "\r"}.get(self.line_end)
        return cell.replace(other, self.line_end) if isinstance(cell, str) and other else cell

    def write(self, path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
        """An archive; what Windows-1252 does not have is written in UTF-8."""
        entries: dict[str, Any] = {}
        for sheet, rows in sheets.items():
            text = self.text(rows)
            try:
                entries[f"{sheet}.csv"] = text.encode(self.encoding)
            except UnicodeEncodeError:
                entries[f"{sheet}.csv"] = text.encode()
        return write_archive(path.with_suffix(".zip"), entries)


CSV_DIALECTS = [
    CsvDialect(*choice)
    for choice in itertools.product(
        (",", ";", "\t", "|"),
        ("utf-8", "utf-8-sig", "cp1252"),
        (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC),
        ("\r\n", "\n", "\r"),
    )
]
#: Options of the writer of workbooks.
WORKBOOKS: dict[str, dict[str, Any]] = {
    "workbook": {},
    "workbook, 1904": {"date_1904": True},
    "workbook, texts in the cells": {"constant_memory": True},
}


def answers(reading: Reading, sheet: str, column: str) -> list[tuple[Any, str | None]]:
    found = reading.findings.filter(sheet=sheet, column_name=column)
    rules: dict[int, str] = dict(found.select("row_number", "rule").iter_rows())
    frame = reading.frames[sheet].select("row_number", column)
    return [(value, rules.get(row)) for row, value in frame.iter_rows()]


ROWS_A_FILE = 10
#: A file of sixty cells says itself which one is wrong; shrinking it would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@st.composite
def drawn_sheets(draw: st.DrawFn) -> dict[str, dict[str, list[Case]]]:
    """Two sheets, up to three columns of each: sheet -> column -> cases, one a row. A row's country is its first."""
    drawn: dict[str, dict[str, list[Case]]] = {}
    for sheet in draw(st.lists(st.sampled_from(sorted(GOOD)), min_size=2, max_size=2, unique=True)):
        by_key = CONTRACT.sheets[sheet].by_key
        keys = draw(st.lists(st.sampled_from(sorted(by_key.keys() - {"country"})), min_size=1, max_size=3, unique=True))
        countries = draw(st.lists(st.sampled_from(COUNTRIES), min_size=ROWS_A_FILE, max_size=ROWS_A_FILE))
        drawn[sheet] = {key: [draw(cases(by_key[key], country)) for country in countries] for key in keys}
        if "country" in by_key:
            drawn[sheet]["country"] = [(country, as_read(country)) for country in countries]
    return drawn


def rows_of(sheet: str, drawn: dict[str, list[Case]]) -> list[list[Any]]:
    return table(sheet, *({key: given[row][0] for key, given in drawn.items()} for row in range(ROWS_A_FILE)))


def check(path: Path, drawn: dict[str, dict[str, list[Case]]], shift: timedelta = timedelta()) -> None:
    """Every cell is read as one of its answers; ``shift`` is between both systems of dates."""
    reading = read(path)
    assert "refused" not in reading.details, reading.details
    for sheet, columns in drawn.items():
        for key, column_cases in columns.items():
            found = answers(reading, sheet, key)
            assert len(found) == ROWS_A_FILE
            for answer, (cell, allowed) in zip(found, column_cases, strict=True):
                if shift and CONTRACT.sheets[sheet].by_key[key].type == "date":
                    allowed = [*allowed, *((value + shift, rule) for value, rule in allowed)]
                    if isinstance(cell, date) and cell.year < 1904:  # which that system does not have
                        allowed = [(None, "C04")]
                assert answer in allowed, (key, cell)


def test_every_column_has_cases() -> None:
    assert len(COLUMNS) == 67
    every = [*COLUMNS, *CONTRACT.sheets["cover"].columns]
    assert all(cases(column) is not None for column in every)
    assert {column.type for column in every} == {"text", "integer", "decimal", "date", "code", "period", "boolean"}
    assert len(COUNTRIES) == 15


@pytest.mark.parametrize("name", WORKBOOKS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(drawn=drawn_sheets())
def test_in_a_workbook(
    name: str, drawn: dict[str, dict[str, list[Case]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    sheets = {"cover": cover_rows(), **{sheet: rows_of(sheet, columns) for sheet, columns in drawn.items()}}
    path = write_workbook(tmp_path_factory.mktemp("round") / "a.xlsx", sheets, **WORKBOOKS[name])
    check(path, drawn, timedelta(days=1462) if "1904" in name else timedelta())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(drawn=drawn_sheets(), dialect=st.sampled_from(CSV_DIALECTS))
def test_in_csv(
    drawn: dict[str, dict[str, list[Case]]], dialect: CsvDialect, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sheets = {"cover": cover_rows(), **{sheet: rows_of(sheet, columns) for sheet, columns in drawn.items()}}
    check(dialect.write(tmp_path_factory.mktemp("round") / "a", sheets), drawn)


COVER_COLUMNS = [
    column for column in CONTRACT.sheets["cover"].columns if column.key not in COVER or column.key == "period"
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data(), dialect=st.sampled_from([None, *CSV_DIALECTS]))
def test_the_cover(data: st.DataObject, dialect: CsvDialect | None, tmp_path_factory: pytest.TempPathFactory) -> None:
    drawn = {column.key: data.draw(cases(column)) for column in COVER_COLUMNS}
    sheets = {"cover": cover_rows(**{key: cell for key, (cell, _) in drawn.items()})}
    folder = tmp_path_factory.mktemp("cover")
    reading = read(dialect.write(folder / "a", sheets) if dialect else write_workbook(folder / "a.xlsx", sheets))
    rules = dict(reading.findings.filter(sheet="cover").select("column_name", "rule").iter_rows())
    for key, (cell, allowed) in drawn.items():
        assert (reading.frames["cover"][key][0], rules.get(key)) in allowed, (key, cell)


def test_every_dialect_of_csv_gives_the_same_reading(tmp_path: Path) -> None:
    """All 108 of them, each sheet with texts that need quotes."""
    odd = ["a, b; c | d\te", 'x "y" z', "línea\ndos", "Ñandú", "1.234,5", "-", "007"]
    sheets = good_sheets(practices=table("practices", *({"unit": text, "baseline_value": 0.5} for text in odd)))
    readings = [read(dialect.write(tmp_path / "a", sheets)) for dialect in CSV_DIALECTS]
    assert len(readings) == 108
    first = readings[0]
    assert first.frames["practices"]["unit"].to_list() == [
        "a, b; c | d e",
        *odd[1:2],
        "línea dos",
        *odd[3:5],
        None,
        "007",
    ]
    kept = {sheet: frame.drop("received") for sheet, frame in first.frames.items()}
    for dialect, reading in zip(CSV_DIALECTS, readings, strict=True):
        assert {sheet: frame.drop("received").rows() for sheet, frame in reading.frames.items()} == {
            sheet: frame.rows() for sheet, frame in kept.items()
        }, dialect
        assert reading.findings.drop("value").equals(first.findings.drop("value")), dialect
        found = {details["encoding"] + details["separator"] for details in reading.details["sheets"].values()}
        named = {"cp1252": {"utf-8", "windows-1252"}}.get(dialect.encoding, {dialect.encoding})
        assert found <= {encoding + dialect.separator for encoding in named}, dialect
