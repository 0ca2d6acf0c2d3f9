"""What is written is read back, or has a finding: every column of the contract, every notation, every dialect."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.contract import Column, load_contract
from include.stage3_reading.grid import ERROR_NAMES
from include.stage3_reading.reading import Reading
from include.stage3_reading.text import EMPTY
from tests.reading.deliveries import GOOD, cover_rows, csv_text, read, table, write_archive, write_workbook

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


def _written(cell: Any) -> Any:
    """A number as spreadsheets write it to CSV; Python's exponents are its own."""
    return format(Decimal(repr(cell)), "f") if isinstance(cell, float) else cell


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
    before, _, after = (cell if isinstance(cell, str) else _written(cell).replace(".", mark)).partition(mark)
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
    for character in unicodedata.normalize("NFC", text):
        if unicodedata.category(character).startswith("Z") or character in "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85":
            kept.append(" ")
        elif unicodedata.category(character) != "Cc" and not (
            character in "\u00ad\u2060\ufeff" or "\u200b" <= character <= "\u200f"
        ):
            kept.append(character)
    shown = "".join(kept).strip(" ")
    while "  " in shown:
        shown = shown.replace("  ", " ")
    return None if shown.lower() in EMPTY else shown


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
def tax_ids(draw: st.DrawFn) -> Case:
    """Peru's have eleven digits; what is shorter gets zeros only if the check digit proves that it lost them."""
    text = draw(st.from_regex(r"[1-9][0-9]{10}", fullmatch=True))
    forms = [text, f"{text[:2]}-{text[2:10]}-{text[10]}", f"{text[:2]}.{text[2:]}", int(text), f" {text} "]
    return draw(st.sampled_from(forms)), as_read(text)


def cases(column: Column) -> Cases:
    if column.codelist == "territory":
        return st.sampled_from([(code, as_read("150101")) for code in ("150101", 150101, " 150101")])
    if column.codelist:
        return listed(column.codelist)
    if column.key == "tax_id":
        return tax_ids()
    by_type: dict[str, Callable[[], Cases]] = {
        "integer": integers,
        "decimal": decimals,
        "date": dates,
        "text": texts,
        "code": references,
    }
    return by_type[column.type]()


# --- dialects -------------------------------------------------------------------------------------------------------


def _workbook(folder: Path, sheets: dict[str, Any], **options: Any) -> Path:
    return write_workbook(folder / "a.xlsx", sheets, **options)


def _archive(folder: Path, sheets: dict[str, Any], separator: str, encoding: str) -> Path:
    entries: dict[str, Any] = {}
    for sheet, rows in sheets.items():
        text = csv_text([[_written(cell) for cell in row] for row in rows], separator)
        try:
            entries[f"{sheet}.csv"] = text.encode(encoding)
        except UnicodeEncodeError:  # Windows-1252 has few characters
            entries[f"{sheet}.csv"] = text.encode("utf-8")
    return write_archive(folder / "a.zip", entries)


DIALECTS: dict[str, Callable[[Path, dict[str, Any]], Path]] = {
    "workbook": lambda folder, sheets: _workbook(folder, sheets),
    "workbook, 1904": lambda folder, sheets: _workbook(folder, sheets, date_1904=True),
    "workbook, texts in the cells": lambda folder, sheets: _workbook(folder, sheets, constant_memory=True),
    **{
        f"CSV, {name}, {encoding}": lambda folder, sheets, separator=separator, encoding=encoding: _archive(
            folder, sheets, separator, encoding
        )
        for name, separator in (("comma", ","), ("semicolon", ";"), ("tabulator", "\t"), ("bar", "|"))
        for encoding in ("utf-8", "utf-8-sig", "cp1252")
    },
}


def answers(reading: Reading, sheet: str, column: str) -> list[tuple[Any, str | None]]:
    found = reading.findings.filter(sheet=sheet, column_name=column)
    rules: dict[int, str] = dict(found.select("row_number", "rule").iter_rows())
    frame = reading.frames[sheet].select("row_number", column)
    return [(value, rules.get(row)) for row, value in frame.iter_rows()]


def test_every_column_has_cases() -> None:
    assert len(COLUMNS) == 67
    assert all(cases(column) is not None for column in COLUMNS)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_written_and_read(dialect: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Up to three columns of a sheet at a time, each in ten rows."""
    sheet = data.draw(st.sampled_from(sorted(GOOD)))
    by_key = CONTRACT.sheets[sheet].by_key
    keys = data.draw(
        st.lists(st.sampled_from(sorted(by_key.keys() - {"country"})), min_size=1, max_size=3, unique=True)
    )
    given_cells = {key: data.draw(st.lists(cases(by_key[key]), min_size=10, max_size=10)) for key in keys}
    rows = [{key: given[number][0] for key, given in given_cells.items()} for number in range(10)]
    if "1904" in dialect:  # numbers that stand for dates count from another day there
        shift = timedelta(days=1462)
        for key, given in given_cells.items():
            if by_key[key].type == "date":
                given_cells[key] = [(cell, [*a, *((v + shift, r) for v, r in a)]) for cell, a in given]
    sheets = {"cover": cover_rows(), sheet: table(sheet, *rows)}
    reading = read(DIALECTS[dialect](tmp_path_factory.mktemp("round"), sheets))
    for key, given in given_cells.items():
        found = answers(reading, sheet, key)
        assert len(found) == 10
        for answer, (cell, allowed) in zip(found, given, strict=True):
            assert answer in allowed, (key, cell)
