"""The frame of a sheet of rows: ``raw.<sheet>`` without the submission."""

from __future__ import annotations

import hmac

import polars as pl

from include.contract import Sheet
from include.stage3_reading.codes import tax_id_is_valid
from include.stage3_reading.findings import Findings
from include.stage3_reading.grid import Grid
from include.stage3_reading.layout import Header
from include.stage3_reading.values import Context, read_column

#: Hexadecimal digits of a keyed hash that are kept: 128 bits.
KEY_DIGITS = 32


def sheet_frame(sheet: Sheet, grid: Grid, header: Header, context: Context, findings: Findings) -> pl.DataFrame:
    """One row a non-blank row below the header: ``row_number``, the contract's columns, ``unread``, ``received``."""
    rows = grid.rows_below(header.row)
    read: dict[str, pl.DataFrame] = {}
    for column in sorted(sheet.columns, key=lambda column: column.codelist != "country"):  # others depend on it
        number = header.columns.get(column.key)
        country = read["country"]["value"] if "country" in read else None
        cells = grid.column(number, rows)
        read[column.key] = read_column(
            column, cells, Context(context.decimal_mark, context.epoch, context.is_csv, country)
        )
        findings.add_column(sheet.key, column.key, number, rows, read[column.key])
    values = {column.key: read[column.key]["value"] for column in sheet.columns}
    return pl.DataFrame({"row_number": rows, **values, **as_received(read)})


def as_received(read: dict[str, pl.DataFrame]) -> dict[str, pl.Series]:
    """``unread``, the columns that could not be read, and ``received``, a JSON object of texts (null if empty)."""
    height = len(next(iter(read.values()))) if read else 0
    unread = {key: frame["rule"].is_not_null() for key, frame in read.items()}
    marked = {key: pl.when(flags).then(pl.lit(key)) for key, flags in unread.items() if flags.any()}
    differing = {key: frame["received"] for key, frame in read.items() if frame["received"].null_count() < height}
    texts = [pl.lit(f'"{key}": "') + _json_text(texts) + pl.lit('"') for key, texts in differing.items()]
    frame = pl.DataFrame({"_": pl.int_range(height, eager=True)})
    frame = frame.select(
        unread=pl.concat_list(marked.values()).list.drop_nulls() if marked else pl.lit([], dtype=pl.List(pl.String)),
        received=pl.concat_str(texts, separator=", ", ignore_nulls=True) if texts else pl.lit(""),
        _=pl.col("_"),  # gives literals the frame's height
    )
    received = pl.when(pl.col("received") != "").then(pl.lit("{") + pl.col("received") + pl.lit("}"))
    frame = frame.with_columns(received.alias("received"))
    return {"unread": frame["unread"], "received": frame["received"]}


_JSON_ESCAPES = {"\\": "\\\\", '"': '\\"', "\0": ""} | {chr(code): f"\\u{code:04x}" for code in range(1, 0x20)}


def _json_text(texts: pl.Series) -> pl.Series:
    """Texts escaped for JSON; NUL, which the database cannot hold, left out."""
    if not texts.str.contains(r'[\x00-\x1F"\\]').any():
        return texts
    return texts.str.replace_many(list(_JSON_ESCAPES), list(_JSON_ESCAPES.values()))


def with_judged_tax_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """The enterprises' frame with ``tax_id_is_valid``."""
    taxpayers = frame.select("country", "tax_id").drop_nulls().unique()
    judged = [tax_id_is_valid(tax_id, country) for country, tax_id in taxpayers.iter_rows()]
    taxpayers = taxpayers.with_columns(pl.Series("tax_id_is_valid", judged, dtype=pl.Boolean))
    return frame.join(taxpayers, on=["country", "tax_id"], how="left", maintain_order="left")


def with_enterprise_keys(frame: pl.DataFrame, project_code: str, key: bytes) -> pl.DataFrame:
    """The enterprises' frame with ``taxpayer_key`` and ``enterprise_key``, hashes that nobody makes without ``key``."""

    def keyed(owner: str | None, text: str | None) -> str | None:
        if owner is None or text is None:
            return None
        return hmac.digest(key, f"{owner}|{text}".encode(), "sha256").hex()[:KEY_DIGITS]

    taxpayers = [keyed(country, tax_id) for country, tax_id in frame.select("country", "tax_id").iter_rows()]
    enterprises = [keyed(project_code, reference) for reference in frame["enterprise_ref"]]
    return frame.with_columns(
        pl.Series("taxpayer_key", taxpayers, dtype=pl.String),
        pl.Series("enterprise_key", enterprises, dtype=pl.String),
    ).select(pl.exclude("unread", "received"), "unread", "received")
