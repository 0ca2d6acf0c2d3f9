"""The mark that decimals are usually written with in a country (CLDR, by Babel)."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from include.contract.model import LANGUAGES

#: Where CLDR's first language of a country is none that partners report in (Guaraní in Paraguay).
_REPORTED_IN = "es"


def decimal_mark(country: str | None) -> str | None:
    """``,`` or ``.`` of a country (ISO 3166-1, two letters); None of none, and of one that is not known."""
    if not country:
        return None
    try:
        locale = Locale.parse(f"und_{country}")
        if locale.language not in LANGUAGES:
            locale = Locale.parse(f"{_REPORTED_IN}_{country}")
    except (UnknownLocaleError, ValueError):
        return None
    mark = get_decimal_symbol(locale)
    return mark if mark in (",", ".") else None
