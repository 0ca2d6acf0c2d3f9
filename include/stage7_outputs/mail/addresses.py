"""The e-mail addresses in a text that a partner wrote."""

from __future__ import annotations

import re

#: So many of them are taken.
ADDRESSES_MAX = 5

#: Addresses as organisations have them; rarer characters of RFC 5321 are more likely to be an attempt at something.
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+%-]{0,63}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def addresses(contact: str | None) -> list[str]:
    """The e-mail addresses in a cover's contact field, each once; anything else in it is left out."""
    found: dict[str, str] = {}
    for part in re.split(r"[\s,;<>]+", contact or ""):
        if _ADDRESS.fullmatch(part) and len(part) <= 254:
            found.setdefault(part.casefold(), part)
    return list(found.values())[:ADDRESSES_MAX]
