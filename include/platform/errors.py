"""The one exception whose message is meant for the person at the terminal."""

from __future__ import annotations


class PlatformError(Exception):
    """Something outside the code is not as it has to be; the message says what, and what to do about it."""
