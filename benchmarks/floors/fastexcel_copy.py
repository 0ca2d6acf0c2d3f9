"""Floor of reading and loading: fastexcel decodes every sheet on all processors, COPY takes the cells as text.

Runs in ``.venv/benchmarks``: ``python fastexcel_copy.py URL PROCESSES``, with one file a line on standard input; prints
seconds (from the moment all processes are ready), rows and cells as JSON. No header, type or rule is looked at.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # processes share the processors

import fastexcel
import polars as pl
import psycopg

#: Tables ``floor.sheet_<n>`` with columns c0, c1, …; wide and many enough for every sheet of the demonstration.
TABLES, COLUMNS = 12, 40

_connection: psycopg.Connection | None = None


def make_tables(url: str) -> None:
    """Empty unlogged tables of text, one a place of a sheet in its file."""
    columns = ", ".join(f"c{number} text" for number in range(COLUMNS))
    with psycopg.connect(url) as connection:
        connection.execute("create schema if not exists floor")
        for number in range(TABLES):
            connection.execute(f"drop table if exists floor.sheet_{number}")
            connection.execute(f"create unlogged table floor.sheet_{number} (file text, {columns})")


def sheets(path: Path) -> Iterator[pl.DataFrame]:
    """Every sheet of a file, all cells as text."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield _csv(archive.read(name))
        return
    book = fastexcel.read_excel(path)
    for number in range(len(book.sheet_names)):
        yield book.load_sheet(number, header_row=None, dtypes="string").to_polars()


def _csv(data: bytes) -> pl.DataFrame:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    separator = max(",;\t", key=text[:4000].count)
    header = separator.join(f"c{number}" for number in range(COLUMNS))  # the first line may be a short title
    frame = pl.read_csv(io.BytesIO(f"{header}\n{text}".encode()), separator=separator, infer_schema=False)
    return frame.select(column for column in frame if column.null_count() < len(column))


def connect(url: str) -> None:
    """What a process does before it is ready."""
    global _connection
    _connection = psycopg.connect(url, autocommit=True)


def load(path: str) -> tuple[int, int]:
    """Decode one file and copy its cells; returns rows and filled cells."""
    assert _connection is not None
    rows = cells = 0
    with _connection.transaction(), _connection.cursor() as cursor:
        for number, frame in enumerate(sheets(Path(path))):
            if not frame.width:
                continue
            rows += len(frame)
            cells += len(frame) * frame.width - sum(frame.null_count().row(0))
            frame = frame.select(pl.lit(path).alias("file"), pl.all())
            named = ", ".join(["file", *(f"c{place}" for place in range(frame.width - 1))])
            with cursor.copy(f"copy floor.sheet_{number} ({named}) from stdin (format csv)") as copy:
                copy.write(frame.write_csv(include_header=False).encode())
    return rows, cells


def ready(seconds: float) -> None:
    """Keep a process for a moment, so that every one of the pool is started."""
    time.sleep(seconds)


def main() -> None:
    """Measure."""
    url, processes = sys.argv[1], int(sys.argv[2])
    files = sys.stdin.read().splitlines()
    make_tables(url)
    with ProcessPoolExecutor(processes, get_context("spawn"), connect, (url,)) as pool:
        list(pool.map(ready, [0.3] * processes))
        began = time.perf_counter()
        done = list(pool.map(load, files))
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "rows": sum(r for r, _ in done), "cells": sum(c for _, c in done)}))


if __name__ == "__main__":
    main()
