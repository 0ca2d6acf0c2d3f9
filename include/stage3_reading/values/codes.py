"""Codes: those of a list, territories, tax ids, and references that stand for themselves."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

from include.contract import load_contract
from include.contract.model import DATA, read_csv, seed
from include.formats.text import canonical_code, fold, without_accents

#: Length of a tax id in the countries where it has only one.
TAX_ID_LENGTH = {row["country"]: int(row["tax_id_digits"]) for row in seed("countries") if row["tax_id_digits"]}

_TAX_ID_MARKS = re.compile(r"[\s.,/'’-]+")

#: Texts that only say that there is no tax id: ascending digits, and what an authority gives to those without one.
PLACEHOLDERS = frozenset(
    ["0123456789"[start:end] for start in range(10) for end in range(start + 2, 11)]
    + [row["tax_id"] for row in read_csv(DATA / "generic_tax_ids.csv")]
)


class Code(NamedTuple):
    """A code as read; ``repaired`` says that it was received in another case, lost its leading zeros or had more around
    it. No value means: not on the list, or for a tax id that there is none."""

    value: str | None
    repaired: bool = False


# --- code lists --------------------------------------------------------------------------------------


@cache
def _lookup(codelist: str) -> dict[str, str]:
    """Folded code, label or further spelling -> code; a code goes before a label, and that before a spelling."""
    codes = load_contract().codelists[codelist]
    lookup = {fold(code): code for code in codes}
    for code, labels in codes.items():
        for label in labels.values():
            lookup.setdefault(fold(label), code)
    for spelling, code in load_contract().spellings.get(codelist, {}).items():
        lookup.setdefault(fold(spelling), code)
    return lookup


@cache
def _digit_lengths(codelist: str) -> tuple[int, ...]:
    return tuple(sorted({len(code) for code in load_contract().codelists[codelist] if code.isdecimal()}))


def read_listed(text: str, codelist: str) -> Code:
    """The code of the list that a cleaned text names; no value where it names none."""
    lookup = _lookup(codelist)
    code = lookup.get(fold(text))
    if code is not None:
        is_the_code = fold(code) == fold(text)
        return Code(code, repaired=is_the_code and code != text)
    if text.isdecimal() and text.isascii():
        restored = _with_zeros(text, _digit_lengths(codelist), lookup.__contains__)
        if restored:
            return Code(lookup[restored], repaired=True)
    return Code(None)


def _with_zeros(text: str, lengths: tuple[int, ...], is_known: Callable[[str], bool]) -> str | None:
    """The text with the leading zeros that make it a known code."""
    padded = (text.zfill(length) for length in lengths if length > len(text))
    return next((code for code in padded if is_known(code)), None)


# --- territories -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _territories() -> dict[str, dict[str, str]]:
    """Country -> folded territory code -> code."""
    territories: dict[str, dict[str, str]] = {}
    for row in seed("territories"):
        territories.setdefault(row["country"], {})[fold(row["territory_code"])] = row["territory_code"]
    return territories


def read_territory(text: str, country: str | None) -> Code:
    """The territory's code as its country's list writes it; the text in capitals where the list has no such code."""
    codes = _territories().get(country or "", {})
    if code := codes.get(fold(text)):
        return Code(code, repaired=code != text)
    is_number = text.isdecimal() and text.isascii()
    if is_number and (restored := _with_zeros(text, _territory_lengths(country or ""), codes.__contains__)):
        return Code(restored, repaired=True)
    return read_reference(text)


@cache
def _territory_lengths(country: str) -> tuple[int, ...]:
    return tuple(sorted({len(code) for code in _territories().get(country, {}) if code.isdecimal()}))


# --- tax ids -----------------------------------------------------------------------------------------


@cache
def _tax_id_check(country: str) -> Callable[[str], bool]:
    """The country's own check, else its pattern, else the general form."""
    facts: dict[str, str] = next((row for row in seed("countries") if row["country"] == country), {})
    if module := facts.get("tax_id_check"):
        is_valid: Callable[[str], bool] = importlib.import_module(f"stdnum.{module}").is_valid
        return is_valid
    pattern = re.compile(facts.get("tax_id_pattern") or r"[^\W_]{5,20}")
    return lambda text: pattern.fullmatch(text) is not None


def _names() -> list[str]:
    """What tax ids are called, in capitals and without accents, longer names first."""
    names = {without_accents(row["tax_id_name"]).upper() for row in seed("countries")}
    return sorted(names, key=len, reverse=True)


def _as_written(name: str) -> str:
    """Pattern of a name: words with blanks between them, or the letters of one alone, with dots or not (``R.U.C.``)."""
    words = name.split()
    return r"\s+".join(map(re.escape, words)) if len(words) > 1 else r"\.?\s?".join(map(re.escape, name)) + r"\.?"


#: What stands before the number of something: ``N.°``, ``Nro.``, ``No``, ``Número de``.
_NUMBER = r"(?:NUMERO|NUM|NRO|NO|N)"
#: The name of the id, and the id: ``RUC 20…``, ``NIT: …``, ``RUC N.° 20…``, ``RUC20…``, ``N.I.T. …``, ``No. NIT …``.
_NAMED = re.compile(
    rf"(?:{_NUMBER}[.\s]*[º°]?[.\s]*(?:DE\s+)?)?(?:{'|'.join(map(_as_written, _names()))})"
    rf"(?:[\s:.,;#=/'’-]+(?:{_NUMBER}?[.\s]*[º°][\s:.]*|{_NUMBER}[.:]\s*)?(?=\S)|(?=[0-9]))"
)
#: Digits as a column of numbers is written, with one decimal or two.
_WITH_FRACTION = re.compile(r"([0-9]+)\.00?")


def read_tax_id(text: str, country: str | None) -> Code:
    """A tax id in compact form and upper case, without its name before it and ``.0`` after it, with leading zeros where
    the check or pattern proves they were lost. No value for a text that only says that there is none."""
    plain = without_accents(text)
    named = _NAMED.match(plain.upper())
    own = plain[named.end() :] if named else text
    fraction = _WITH_FRACTION.fullmatch(own)
    own = fraction[1] if fraction else own
    # A name in letters may be part of an id that the country's own check accepts.
    if own != text and _has_check(country) and tax_id_is_valid(_compact(text), country or ""):
        own = text
    compact = _compact(own)
    if _says_none(compact):
        return Code(None)
    length = TAX_ID_LENGTH.get(country or "", 0)
    if compact.isdecimal() and len(compact) < length and country and tax_id_is_valid(compact.zfill(length), country):
        return Code(compact.zfill(length), repaired=True)
    return Code(compact, repaired=text != text.upper() or own != text)


def _compact(text: str) -> str:
    return _TAX_ID_MARKS.sub("", text).upper()


def _says_none(compact: str) -> bool:
    """Whether a text only says that there is no tax id (E04)."""
    no_digit = not any(map(str.isdigit, compact))
    repeated = len(set(compact)) == 1 and (len(compact) > 1 or compact == "0")
    return no_digit or repeated or compact in PLACEHOLDERS


@cache
def _has_check(country: str | None) -> bool:
    return any(row["country"] == country and row["tax_id_check"] for row in seed("countries"))


@lru_cache(maxsize=2**17)  # the same enterprises come back in every submission of a project
def tax_id_is_valid(compact: str, country: str) -> bool:
    """Whether the country accepts a compact tax id: by check digit, else by its pattern, else by 5 to 20 letters or
    digits."""
    return _tax_id_check(country)(compact)


# --- references --------------------------------------------------------------------------------------


def read_reference(text: str) -> Code:
    """A code without a list: upper case, without accents."""
    value = canonical_code(text)
    return Code(value, repaired=value != text)
