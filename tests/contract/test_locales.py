"""Numbers and dates in the programme's languages, and texts in these as data."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from include.contract import locales

INCLUDE = Path(__file__).parents[2] / "include"


@pytest.mark.parametrize(
    ("value", "comma", "point"),
    [
        (1000, "1.000", "1,000"),
        (-1234567, "-1.234.567", "-1,234,567"),
        (Decimal("1E+3"), "1.000", "1,000"),
        (Decimal("0.000001"), "0,000001", "0.000001"),
        (Decimal("12345678901234567.125"), "12.345.678.901.234.567,125", "12,345,678,901,234,567.125"),
    ],
)
def test_numbers_keep_every_digit_whichever_the_mark(value: Decimal | int, comma: str, point: str) -> None:
    assert (locales.number(value, ","), locales.number(value, ".")) == (comma, point)


def test_numbers_as_they_are_typed() -> None:
    assert locales.number(Decimal("1234.5"), ",", digits=2, grouped=False) == "1234,50"
    assert locales.number(Decimal("1234.5"), ".", grouped=False) == "1234.5"


def test_figures_for_the_office() -> None:
    figures = (None, Decimal(1200), Decimal("1200.5"), Decimal("1200.567"))
    assert [locales.figure_text(one) for one in figures] == ["–", "1,200", "1,200.50", "1,200.57"]


@pytest.mark.parametrize(("language", "mark", "day"), [("es", ",", "07/03/2026"), ("pt", ",", "07/03/2026")])
def test_day_first_and_a_comma_in_spanish_and_portuguese(language: str, mark: str, day: str) -> None:
    assert (locales.mark_of(language), locales.day(date(2026, 3, 7), language)) == (mark, day)


def test_in_english_a_point_and_the_year_first() -> None:
    assert (locales.mark_of("en"), locales.day(date(2026, 3, 7), "en")) == (".", "2026-03-07")
    late = datetime(2026, 3, 8, 4, 5, tzinfo=UTC)
    assert locales.moment(late, "en", ZoneInfo("America/Lima")) == "2026-03-07 23:05"


def test_texts_in_several_languages_stand_in_no_module() -> None:
    of_languages = re.compile(r"[\"'](es|pt)[\"']: *[\"'(\[{]")
    modules = [path for path in INCLUDE.rglob("*.py") if of_languages.search(path.read_text("utf-8"))]
    assert modules == [INCLUDE / "contract" / "locales.py"]
