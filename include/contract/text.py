"""How the contract compares text: one definition for registry, reader and template."""

from __future__ import annotations

import unicodedata


def strip_accents(text: str) -> str:
    """``text`` without combining marks (``Razón`` -> ``Razon``)."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def canonical_code(text: str) -> str:
    """A code without a list as it is compared (submission.md): upper case, no accents, blanks collapsed."""
    return " ".join(strip_accents(text).upper().split())
