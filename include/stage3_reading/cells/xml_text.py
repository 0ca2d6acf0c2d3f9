"""Text of XML as the partner sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import polars as pl

_NAMED = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


#: A reference that :func:`resolved` resolves; a parser resolves or refuses the others.
_REFERENCE = (
    "&(?:lt|gt|amp|quot|apos|#(?:9|10|13|3[2-9]|[4-9][0-9]|[1-9][0-9]{2,3}"
    "|x0*(?:[9ADad]|[2-9A-Fa-f][0-9A-Fa-f]|[1-9A-Fa-f][0-9A-Fa-f]{2}|[1-9A-Ca-c][0-9A-Fa-f]{3})));"
)
#: What no XML may contain beside most control characters and ``]]>``.
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_WHITE_SPACE = b"\t\n\r"


def one_line_end(data: bytes) -> bytes:
    """The bytes with line ends as XML has them."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def split_utf8(data: bytes, separator: str) -> pl.Series | None:
    """The text between separators.

    None where the bytes are not UTF-8, or have characters or references that only a parser can judge.
    """
    try:
        texts = pl.Series([data], dtype=pl.Binary).cast(pl.String).str.split(separator).explode()
    except pl.exceptions.PolarsError:
        return None
    if not _has_only_characters(data):
        return None
    if b"&" in data and texts.str.count_matches("&").sum() != texts.str.count_matches(_REFERENCE).sum():
        return None
    return texts


def _has_only_characters(data: bytes) -> bool:
    content = np.frombuffer(data, dtype=np.uint8)
    is_control = content < ord(" ")
    if is_control.any() and not np.isin(content[is_control], list(_WHITE_SPACE)).all():
        return False
    if not data.isascii() and any(one in data for one in _NO_CHARACTERS):
        return False
    return not (b"]" in data and b"]]>" in data)


def resolved(texts: pl.Series) -> pl.Series:
    """Character and entity references resolved, which an XML parser does itself."""
    if texts.str.contains("&", literal=True).any():
        if texts.str.contains("&#", literal=True).any():
            texts = _distinct(texts, "&#", _character_references)
        texts = texts.str.replace_many(list(_NAMED), list(_NAMED.values()))
        texts = texts.str.replace_all("&amp;", "&", literal=True)
    return texts


def unescaped(texts: pl.Series) -> pl.Series:
    """``_x000D_``, as Excel writes control characters in texts, resolved (ECMA-376 part 1, 22.9.2.19)."""
    if texts.str.contains("_x", literal=True).any():
        texts = _distinct(texts, "_x", _excel_escapes)
    return texts


def _distinct(texts: pl.Series, marker: str, function: Callable[[str], str]) -> pl.Series:
    marked = texts.filter(texts.str.contains(marker, literal=True)).unique()
    return texts.replace(marked, pl.Series([function(text) for text in marked], dtype=pl.String))


def _character_references(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        resolved = chr(int(match[2], 16) if match[1] else int(match[2]))
        return "&amp;" if resolved == "&" else resolved  # resolved once, with the named ones

    return re.sub(r"&#(x?)([0-9A-Fa-f]+);", character, text)


def _excel_escapes(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return re.sub(r"_x([0-9A-Fa-f]{4})_", character, text)
