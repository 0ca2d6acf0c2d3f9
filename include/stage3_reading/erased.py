"""The keys of enterprises that were erased from a delivery's archived copy."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from include.stage2_landing.erasure import taxpayer_key_of
from include.stage3_reading.reading import Reading


def with_erased_keys(reading: Reading) -> Reading:
    """The reading of a redacted copy, its erased tax ids as valid as they were and with the hashes they had."""
    frame = reading.frames.get("enterprises")
    if frame is None:
        return reading
    kept = pl.Series("kept", [taxpayer_key_of(tax_id) for tax_id in frame["tax_id"]], dtype=pl.String)
    frame = frame.with_columns(
        pl.when(kept.is_not_null()).then(True).otherwise(pl.col("tax_id_is_valid")).alias("tax_id_is_valid"),
        pl.coalesce(kept, pl.col("taxpayer_key")).alias("taxpayer_key"),
    )
    return replace(reading, frames={**reading.frames, "enterprises": frame})
