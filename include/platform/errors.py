"""The exceptions whose message is meant for the person at the terminal."""

from __future__ import annotations


class PlatformError(Exception):
    """Something outside the code is not as it has to be; the message says what, and what to do about it.

    ``exit_status`` is what the command ends with.
    """

    exit_status = 1


class UsageError(PlatformError):
    """The command cannot mean what it was told: a variable missing or wrong, no registry. Nothing was changed."""

    exit_status = 2
