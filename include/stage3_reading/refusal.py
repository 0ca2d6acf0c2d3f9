"""Why a file is refused as a whole."""

from __future__ import annotations


class Refused(Exception):
    """The file gets a critical file rule; the message is for the engineer and holds no value of the file."""

    rule = "F01"


class NotReadable(Refused):
    """Not a readable workbook or archive of CSV files: corrupt, encrypted, of another type (F01)."""


class Unsafe(Refused):
    """Breaks a safety limit, or carries what a report never needs (F02)."""

    rule = "F02"
