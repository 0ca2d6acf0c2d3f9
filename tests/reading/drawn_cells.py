"""Cells drawn for every column of the contract, in every notation, with the answers that are right."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from include.contract import Column, load_contract
from include.contract.model import seed
from include.demonstration import SIZES
from include.demonstration import tax_ids as made_up
from include.demonstration.projects import of
from include.formats.text import EMPTY
from include.stage3_reading.cells.grid import ERROR_NAMES
from include.stage3_reading.values.codes import TAX_ID_LENGTH
from tests.reading.deliveries import GOOD

#: A cell, and the answers (value, rule) that are not a silently changed value.
Case = tuple[Any, list[tuple[Any, str | None]]]
Cases = st.SearchStrategy[Case]

CONTRACT = load_contract()
COLUMNS = [column for sheet in GOOD for column in CONTRACT.sheets[sheet].columns]
REPAIRED = "C09"


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
