"""Peer of reading and loading: dlt from its filesystem source to Postgres, workbooks read with pandas.

Runs in ``.venv/benchmarks``: ``python dlt_postgres.py URL FOLDER``, with one file a line on standard input; ``FOLDER``
holds them all. Prints seconds (from the moment the libraries are there) as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
import pandas as pd
from dlt.sources.filesystem import filesystem


@dlt.transformer(table_name=lambda row: row["sheet"])
def workbooks(items: list[Any]) -> Iterator[list[dict[str, Any]]]:
    """Rows of every sheet of the files."""
    for item in items:
        with item.open() as file:
            book = pd.read_excel(file, sheet_name=None, header=None, dtype=str, engine="openpyxl")
        for number, frame in enumerate(book.values()):
            frame.columns = [f"c{place}" for place in range(frame.shape[1])]
            frame["sheet"] = f"sheet_{number}"
            yield frame.where(frame.notna(), None).to_dict(orient="records")


def main() -> None:
    """Measure."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    wanted = {str(Path(name).relative_to(folder)) for name in sys.stdin.read().splitlines()}
    with tempfile.TemporaryDirectory() as kept:
        began = time.perf_counter()
        listed = filesystem(bucket_url=folder.as_uri(), file_glob="**/*.xlsx").add_filter(
            lambda item: item["relative_path"] in wanted
        )
        pipeline = dlt.pipeline(
            "benchmark", pipelines_dir=kept, destination=dlt.destinations.postgres(url), dataset_name="floor_dlt"
        )
        pipeline.run(listed | workbooks, write_disposition="replace", loader_file_format="csv")
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
