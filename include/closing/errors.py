"""Why a closing does not go on."""

from __future__ import annotations

from include.platform.errors import PlatformError, UsageError


class Refused(UsageError):
    """The period cannot be closed as it was asked for; nothing was changed."""


class Void(PlatformError):
    """The proposal is void: what would be signed is no longer what was shown, or not by two people."""
