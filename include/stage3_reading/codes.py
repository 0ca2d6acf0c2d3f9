"""Codes: those of a list, territories, tax ids, and references that stand for themselves."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from include.contract import load_contract
from include.contract.model import seed
from include.stage3_reading.text import fold, without_accents

#: Length of a tax id in the countries where it has only one.
TAX_ID_LENGTH = {"AR": 11, "PE": 11, "BR": 14, "SV": 14, "EC": 13, "UY": 12}

_TAX_ID_MARKS = re.compile(r"[\s.,/'’-]+")


@dataclass(frozen=True)
class Code:
    """A code as read; ``repaired`` says that it was received in another case or lost its leading zeros."""

    value: str | None
    repaired: bool = False


# --- code lists --------------------------------------------------------------------------------------


@cache
def _lookup(codelist: str) -> dict[str, str]:
    """Folded code or label -> code; a code goes before a label."""
    codes = load_contract().codelists[codelist]
    lookup = {fold(code): code for code in codes}
    for code, labels in codes.items():
        for label in labels.values():
            lookup.setdefault(fold(label), code)
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
    """The country's own check, or the general form where python-stdnum has none."""
    module = next((row["tax_id_check"] for row in seed("countries") if row["country"] == country), "")
    if module:
        return importlib.import_module(f"stdnum.{module}").is_valid
    return lambda text: re.fullmatch(r"[^\W_]{5,20}", text) is not None


def read_tax_id(text: str, country: str | None) -> Code:
    """A tax id in compact form and upper case, with leading zeros where the check digit proves they were lost."""
    compact = _TAX_ID_MARKS.sub("", text).upper()
    if not compact:
        return Code(text)
    length = TAX_ID_LENGTH.get(country or "", 0)
    if compact.isdecimal() and len(compact) < length and country and tax_id_is_valid(compact.zfill(length), country):
        return Code(compact.zfill(length), repaired=True)
    return Code(compact, repaired=text != text.upper())


@lru_cache(maxsize=2**17)  # the same enterprises come back in every submission of a project
def tax_id_is_valid(compact: str, country: str) -> bool:
    """Whether the country accepts a compact tax id: by check digit, else by 5 to 20 letters or digits."""
    return _tax_id_check(country)(compact)


# --- references --------------------------------------------------------------------------------------


def read_reference(text: str) -> Code:
    """A code without a list: upper case, without accents."""
    value = without_accents(text).upper()
    return Code(value, repaired=value != text)
