"""How every program of ours ends: with a status, and a line on standard error where something stopped it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from include.platform import interruption
from include.platform.errors import PlatformError


def status_of(command: Callable[[], int]) -> int:
    """Run a command; its status, or that of the PlatformError or the signal that ended it, which is told."""
    try:
        return command()
    except PlatformError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    except interruption.Interrupted as signal:
        sys.stderr.write(f"{signal.said or 'Interrupted.'}\n")
        return signal.exit_status
