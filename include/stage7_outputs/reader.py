"""The reader of a text: language, and the form of numbers and dates that go with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from include.contract import catalogue, locales
from include.platform.settings import LIMA

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?")
#: So much of a received value is repeated in a sentence.
_VALUE_SHOWN = 60


@dataclass(frozen=True)
class Reader:
    """Somebody who reads ``language`` and writes decimals with ``decimal_mark``."""

    language: str
    decimal_mark: str

    @classmethod
    def of(cls, language: str | None, country: str | None, decimal_mark: str | None) -> Reader:
        """The reader of a delivery: as its cover says, else as its project's country suggests."""
        known = language if language in locales.LANGUAGES else locales.language_of(country)
        mark = decimal_mark if decimal_mark in (",", ".") else locales.decimal_mark(country)
        return cls(known, mark or locales.mark_of(known))

    def word(self, part: str, **facts: str) -> str:
        """A text that belongs to no rule."""
        return catalogue.word(part, self.language, **facts)

    def counted(self, part: str, count: int) -> str:
        """A number of things, singular or plural."""
        return catalogue.counted(part, count, self.language, self.number(count))

    def number(self, value: Decimal | int) -> str:
        """A number with the reader's marks; years and codes are not numbers."""
        return locales.number(value, self.decimal_mark)

    def date(self, day: date) -> str:
        """A date in the reader's language."""
        return locales.day(day, self.language)

    def moment(self, moment: datetime) -> str:
        """A date and time of day in the programme's time zone."""
        return f"{locales.moment(moment, self.language, LIMA)} (Lima)"

    def quoted(self, value: str | None) -> str:
        """A value as received, in the language's quotation marks, shortened."""
        if value is None or not value.strip():
            return self.word("empty")
        shown = value if len(value) <= _VALUE_SHOWN else value[: _VALUE_SHOWN - 1] + "…"
        return locales.quoted(shown, self.language)

    def value(self, value: object, type_: str) -> str:
        """A value as read, of a column's type, in the reader's form; text that is none of these in quotation marks."""
        if value is None:
            return self.word("empty")
        if isinstance(value, date):
            return self.date(value)
        text = str(value)
        if type_ == "date" and _ISO_DATE.fullmatch(text[:10]):
            return self.date(date.fromisoformat(text[:10]))
        if type_ in ("integer", "decimal") and _PLAIN_NUMBER.fullmatch(text):
            return self.number(Decimal(text))
        return self.quoted(text)
