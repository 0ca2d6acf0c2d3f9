"""Peer of reading and loading: pandas with openpyxl and ``to_sql``, file after file, as most teams would write it.

Runs in ``.venv/benchmarks``: ``python pandas_to_sql.py URL``, with one file a line on standard input; prints seconds
(from the moment the libraries are there) as JSON. Cells go into ``floor.sheet_<n>``, which the floor makes.
"""

from __future__ import annotations

import json
import sys
import time

import pandas as pd
import sqlalchemy as sa


def main() -> None:
    """Measure."""
    engine = sa.create_engine(sys.argv[1].replace("postgresql://", "postgresql+psycopg://", 1))
    files = sys.stdin.read().splitlines()
    began = time.perf_counter()
    for file in files:
        book = pd.read_excel(file, sheet_name=None, header=None, dtype=str, engine="openpyxl")
        for number, frame in enumerate(book.values()):
            frame.columns = [f"c{place}" for place in range(frame.shape[1])]
            frame.insert(0, "file", file)
            frame.to_sql(f"sheet_{number}", engine, schema="floor", if_exists="append", index=False)
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
