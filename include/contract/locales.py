"""The languages partners read and write, and the form of numbers and dates in them (CLDR, by Babel).

Whatever else a text needs of a language, a percentage or a list, is Babel's with ``LOCALES[language]``.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_decimal_symbol

LANGUAGES = ("es", "pt", "en")
#: Portuguese is Brazil's: no other country of the programme reports in it, and Portugal parts thousands by a blank.
LOCALES = {"es": Locale("es"), "pt": Locale("pt", "BR"), "en": Locale("en")}
#: Day first, with both digits, as on forms. Not in English, where nobody could tell the third of July from 7 March.
_DAYS = {"es": "dd/MM/yyyy", "pt": "dd/MM/yyyy", "en": "yyyy-MM-dd"}
#: Around what somebody wrote.
_QUOTES = {"es": "«»", "pt": "“”", "en": "“”"}
#: Decimal mark -> whose numbers have it: digits are the same in all languages, and a cover may name either mark. Of
#: those with a comma it is not Spain's, where CLDR leaves numbers of four digits whole.
_OF_MARK = {",": LOCALES["pt"], ".": LOCALES["en"]}


def language_name(language: str) -> str:
    """What speakers of a language of the programme call it, such as ``Português``."""
    return str(Locale(language).get_display_name()).capitalize()


def decimal_mark(country: str | None) -> str | None:
    """``,`` or ``.`` of a country (ISO 3166-1, two letters); None of none, and of one that is not known."""
    locale = _of(country)
    mark = get_decimal_symbol(locale) if locale else None
    return mark if mark in _OF_MARK else None


def language_of(country: str | None) -> str:
    """The language that partners of a country report in."""
    locale = _of(country)
    return locale.language if locale else "es"


def _of(country: str | None) -> Locale | None:
    """CLDR's first language of a country; Spanish where that is none of ours (Guaraní in Paraguay)."""
    if not country:
        return None
    try:
        locale = Locale.parse(f"und_{country}")
        return locale if locale.language in LANGUAGES else Locale.parse(f"es_{country}")
    except (UnknownLocaleError, ValueError):
        return None


def mark_of(language: str) -> str:
    """The decimal mark of a language, for whoever has declared none."""
    return get_decimal_symbol(LOCALES[language])


@lru_cache(maxsize=4096)
def number(value: Decimal | int, mark: str, *, digits: int | None = None, grouped: bool = True) -> str:
    """A number with a decimal mark, thousands parted by the other one unless ``grouped`` is off.

    ``digits`` are those after the mark, all that count unless given.
    """
    pattern = "#,##0" if digits is None else "#,##0." + "0" * digits
    return format_decimal(
        Decimal(value).normalize(),
        pattern,
        locale=_OF_MARK[mark],
        decimal_quantization=digits is not None,
        group_separator=grouped,
    )


def figure_text(value: Decimal | None, digits: int = 2) -> str:
    """A figure for the office, in English: with so many digits after the mark if it has any, a dash for none."""
    if value is None:
        return "–"
    return number(value, ".", digits=0 if value == value.to_integral_value() else digits)


@lru_cache(maxsize=4096)
def day(value: date, language: str) -> str:
    """A date in a language."""
    return format_date(value, _DAYS[language], locale=LOCALES[language])


def day_in_percents(language: str) -> str:
    """How a language writes a day, in the words of C's ``strftime``, such as ``%d/%m/%Y``."""
    return _DAYS[language].replace("dd", "%d").replace("MM", "%m").replace("yyyy", "%Y")


def moment(value: datetime, language: str, zone: tzinfo) -> str:
    """A date and time of day in a time zone."""
    return format_datetime(value, f"{_DAYS[language]} HH:mm", tzinfo=zone, locale=LOCALES[language])


def quoted(text: str, language: str) -> str:
    """A text in a language's quotation marks."""
    return text.join(_QUOTES[language])
