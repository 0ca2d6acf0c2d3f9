"""What a command is told beyond the settings, and how it speaks."""

from __future__ import annotations

import os
from datetime import date

from rich.console import Console

from include.platform.errors import UsageError

#: For the person at the terminal: standard output is for what other programs read.
console = Console(stderr=True, highlight=False)


def told(variable: str) -> str | None:
    """The value of a variable, None where it is absent or empty."""
    return os.environ.get(variable, "").strip() or None


def told_yes(variable: str) -> bool:
    """Whether a variable says ``yes``. Raises UsageError for another word: it may have been meant."""
    word = told(variable)
    if word not in (None, "yes"):
        raise UsageError(f"{variable} is either yes or not given, not {word!r}.")
    return word == "yes"


def told_day(variable: str) -> date | None:
    """The day a variable names, None where it is absent. Raises UsageError for anything but a date."""
    text = told(variable)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{variable} has to be a date such as 2025-03-01, not {text!r}.") from None


def required(variable: str, example: str) -> str:
    """The value of a variable a command cannot do without. Raises UsageError with the example where it is absent."""
    value = told(variable)
    if value is None:
        raise UsageError(f"{variable} is missing: {example}")
    return value
