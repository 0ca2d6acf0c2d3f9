"""Why a file is refused as a whole."""

from __future__ import annotations


class Refused(Exception):
    """The file gets a critical file rule; the message is for the engineer and holds no value of the file.

    ``cause`` names what the partner is told (``wrong.<cause>`` in ``contract/data/messages.csv``); ``place`` says where
    it is: ``entry`` (of an archive) and ``record``, or ``sheet`` and ``cell``.
    """

    rule = "F01"
    cause = "damaged"

    def __init__(self, message: str, cause: str | None = None, **place: str | int) -> None:
        super().__init__(message)
        self.cause = cause or self.cause
        self.place = {name: str(where) for name, where in place.items()}


class NotReadable(Refused):
    """Not a readable workbook or archive of CSV files: corrupt, encrypted, of another type (F01)."""


class Unsafe(Refused):
    """Breaks a safety limit, or carries what a report never needs (F02)."""

    rule = "F02"
    cause = "too_much"
