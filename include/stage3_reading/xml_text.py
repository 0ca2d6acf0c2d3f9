"""Text of XML as the partner sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

_NAMED = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


#: A reference that :func:`resolved` resolves; a parser resolves or refuses the others.
_REFERENCE = (
    "&(?:lt|gt|amp|quot|apos|#(?:9|10|13|3[2-9]|[4-9][0-9]|[1-9][0-9]{2,3}"
    "|x0*(?:[9ADad]|[2-9A-Fa-f][0-9A-Fa-f]|[1-9A-Fa-f][0-9A-Fa-f]{2}|[1-9A-Ca-c][0-9A-Fa-f]{3})));"
)
#: What no XML may contain.
_FORBIDDEN = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]|\]\]>"


def split_utf8(data: bytes, separator: str) -> pl.Series | None:
    """The text between separators, with line ends as XML has them.

    None where the bytes are not UTF-8, or have characters or references that only a parser can judge.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        texts = pl.Series([data], dtype=pl.Binary).cast(pl.String).str.split(separator).explode()
    except pl.exceptions.PolarsError:
        return None
    if texts.str.contains(_FORBIDDEN).any():
        return None
    if b"&" in data and texts.str.count_matches("&").sum() != texts.str.count_matches(_REFERENCE).sum():
        return None
    return texts


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
