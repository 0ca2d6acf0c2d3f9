"""Keyed hashes of enterprises and taxpayers: made by the parent of the process that decodes, which knows no key."""

from __future__ import annotations

import hmac
from dataclasses import replace
from functools import lru_cache

import polars as pl

from include.stage2_landing.erasure import erased
from include.stage3_reading.sheets.reading import Reading

_ENTERPRISES = "enterprises"
#: Hexadecimal digits of a keyed hash that are kept: 128 bits.
KEY_DIGITS = 32


def with_keys(reading: Reading, project_code: str, key: bytes) -> Reading:
    """The reading with ``taxpayer_key`` and ``enterprise_key``, hashes that nobody makes without ``key``."""
    if (frame := reading.frames.get(_ENTERPRISES)) is None:
        return reading
    taxpayers = [_keyed(key, country, tax_id) for country, tax_id in frame.select("country", "tax_id").iter_rows()]
    enterprises = [_keyed(key, project_code, reference) for reference in frame["enterprise_ref"]]
    frame = frame.with_columns(
        pl.Series("taxpayer_key", taxpayers, dtype=pl.String),
        pl.Series("enterprise_key", enterprises, dtype=pl.String),
    ).select(pl.exclude("unread", "received"), "unread", "received")
    return replace(reading, frames={**reading.frames, _ENTERPRISES: frame})


@lru_cache(maxsize=2**14)  # a project's deliveries come together, and most of its enterprises in each
def _keyed(key: bytes, owner: str | None, text: str | None) -> str | None:
    if owner is None or text is None:
        return None
    return hmac.digest(key, f"{owner}|{text}".encode(), "sha256").hex()[:KEY_DIGITS]


def with_erased_keys(reading: Reading) -> Reading:
    """The reading of a redacted copy, its erased tax ids as valid as they were and with the hashes they had."""
    if (frame := reading.frames.get(_ENTERPRISES)) is None:
        return reading
    found = [erased(tax_id) or (None, None) for tax_id in frame["tax_id"]]
    key = pl.Series([key for key, _ in found], dtype=pl.String)
    valid = pl.Series([is_valid for _, is_valid in found], dtype=pl.Boolean)
    frame = frame.with_columns(
        pl.coalesce(pl.lit(valid), "tax_id_is_valid").alias("tax_id_is_valid"),
        pl.coalesce(pl.lit(key), "taxpayer_key").alias("taxpayer_key"),
    )
    return replace(reading, frames={**reading.frames, _ENTERPRISES: frame})
