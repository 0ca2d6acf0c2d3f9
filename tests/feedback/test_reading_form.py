"""Numbers and dates are written as the reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from include.stage7_outputs.reader import Reader

SPANISH, ENGLISH = Reader.of("es", "CO", None), Reader.of("en", "PE", None)


@pytest.mark.parametrize(
    ("value", "spanish", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, "1.000", "1,000"),
        (Decimal("1234567.50"), "1.234.567,5", "1,234,567.5"),
        (Decimal("100"), "100", "100"),
        (Decimal("-0.25"), "-0,25", "-0.25"),
    ],
)
def test_numbers(value: Decimal | int, spanish: str, english: str) -> None:
    assert SPANISH.number(value) == spanish
    assert ENGLISH.number(value) == english


def test_the_covers_decimal_mark_goes_before_the_countrys_and_that_before_the_languages() -> None:
    assert Reader.of("es", "CO", ".").number(Decimal("1234.5")) == "1,234.5"
    assert Reader.of("es", "PE", ",").number(Decimal("1234.5")) == "1.234,5"
    assert Reader.of("es", "PE", None).number(Decimal("1234.5")) == "1,234.5"
    assert Reader.of("en", "BR", None).number(Decimal("1234.5")) == "1.234,5"
    assert Reader.of("en", None, None).number(Decimal("1234.5")) == "1,234.5"
    assert Reader.of("es", None, None).number(Decimal("1234.5")) == "1.234,5"


def test_dates_and_moments() -> None:
    assert SPANISH.date(date(2024, 7, 1)) == "01/07/2024"
    assert ENGLISH.date(date(2024, 7, 1)) == "2024-07-01"
    assert SPANISH.moment(datetime(2024, 8, 1, 3, 30, tzinfo=UTC)) == "31/07/2024 22:30 (Lima)"


def test_language_is_the_covers_else_that_of_the_country() -> None:
    assert Reader.of("en", "BR", None).language == "en"
    assert Reader.of(None, "BR", None).language == "pt"
    assert Reader.of(None, "PE", None).language == "es"
    assert Reader.of(None, None, None).language == "es"


def test_values_as_read_are_in_the_readers_form_and_others_as_received() -> None:
    assert SPANISH.value("2024-07-01", "date") == "01/07/2024"
    assert SPANISH.value("2001.0", "decimal") == "2.001"
    assert SPANISH.value("12 h", "decimal") == "«12 h»"
    assert ENGLISH.value("E0001", "code") == "“E0001”"
    assert SPANISH.quoted("x" * 100) == f"«{'x' * 59}…»"
    assert SPANISH.quoted("  ") == SPANISH.quoted(None) == "(vacío)"
