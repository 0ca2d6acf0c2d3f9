"""The keys of enterprises that were erased from a delivery's archived copy."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from include.stage2_landing.erasure import erased
from include.stage3_reading.reading import Reading


def with_erased_keys(reading: Reading) -> Reading:
    """The reading of a redacted copy, its erased tax ids as valid as they were and with the hashes they had."""
    frame = reading.frames.get("enterprises")
    if frame is None:
        return reading
    found = [erased(tax_id) or (None, None) for tax_id in frame["tax_id"]]
    key = pl.Series([key for key, _ in found], dtype=pl.String)
    valid = pl.Series([is_valid for _, is_valid in found], dtype=pl.Boolean)
    frame = frame.with_columns(
        pl.coalesce(pl.lit(valid), "tax_id_is_valid").alias("tax_id_is_valid"),
        pl.coalesce(pl.lit(key), "taxpayer_key").alias("taxpayer_key"),
    )
    return replace(reading, frames={**reading.frames, "enterprises": frame})
