"""Reading and loading: beside fastexcel with COPY, dlt, and pandas with openpyxl."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import sqlalchemy as sa

from benchmarks.measuring import Run, alternate
from benchmarks.peers import environment
from benchmarks.results import Section, at_most, below, faster
from benchmarks.workload import Workload, processors
from include.platform.tables import raw, reading_finding, sheet_reading
from include.stage3_reading.batches import read_batch
from include.stage3_reading.plan import plan_batches

FLOOR = "fastexcel + COPY"
#: Workbooks that the slow peers are given, of middle size.
SAMPLE_FILES = 6


def measure(workload: Workload, pairs: int) -> Section:
    """The whole programme beside the floor, a sample of its workbooks beside the peers."""
    with ProcessPoolExecutor(processors(), get_context("spawn")) as pool:
        list(pool.map(plan_nothing, range(processors())))
        return _measure(workload, pairs, pool)


def _measure(workload: Workload, pairs: int, pool: ProcessPoolExecutor) -> Section:
    section = Section("Reading and loading")
    files = workload.files()
    counts: dict[str, float] = {}

    def floor() -> float:
        counts.update(run_floor(workload, files))
        return counts["seconds"]

    ours = Run("pipeline", lambda: read_all(workload, pool), lambda: forget_reading(workload))
    both = alternate([ours, Run(FLOOR, floor, lambda: settle_disk(workload))], pairs, workload.server)
    pipeline = both["pipeline"]
    section.figures += [
        at_most("programme", pipeline.median, FLOOR, both[FLOOR].median, None),
        below("most memory of a process of the pipeline", pipeline.memory.python / 1e6, "MB", 500),
        below("most memory of a process of the server, shared pages aside", pipeline.memory.database / 1e6, "MB", 500),
    ]
    read = rows_read(workload)
    section.notes.append(
        f"{counts['cells']:,.0f} filled cells in {counts['rows']:,.0f} rows of all sheets; {read:,} data rows "
        f"in `raw`. The pipeline takes {counts['cells'] / pipeline.median / 1000:,.0f} thousand cells a "
        f"second, the floor {counts['cells'] / both[FLOOR].median / 1000:,.0f}. Both use "
        f"{processors()} processes that have started; the pipeline's confined decoders start within its time. "
        "The floor looks at no header, type or rule and writes to "
        "unlogged tables without a key. No ratio is aimed at: 85 % of the pipeline's time is decoding, which the floor "
        "leaves to compiled code; rows by binary COPY or ADBC gave 7 % at most, decoders from a fork server 3 %."
    )

    sample = [path for path in files if path.suffix == ".xlsx"]
    sample = sample[len(sample) // 2 - SAMPLE_FILES // 2 :][:SAMPLE_FILES]
    folder = str(workload.settings.archive)

    def peer(script: str, *arguments: str) -> float:
        return environment.run(script, [workload.url, *arguments], sample)["seconds"]

    def empty() -> None:
        run_floor(workload, [])

    few = alternate(
        [
            Run("pipeline, sample", lambda: read_all(workload, pool), lambda: forget_reading(workload, sample)),
            Run("dlt", lambda: peer("peers/dlt_postgres.py", folder), empty),
            Run("pandas + openpyxl", lambda: peer("peers/pandas_to_sql.py"), empty),
        ],
        pairs,
    )
    ours_few = few["pipeline, sample"].median
    few_cells = run_floor(workload, sample)["cells"]
    for peer_name, limit in (("dlt", 3), ("pandas + openpyxl", 10)):
        theirs = few[peer_name].median
        section.figures += [
            faster(f"the same {len(sample)} workbooks", ours_few, peer_name, theirs, limit),
            faster(
                "a million cells, pipeline on the programme, peer on the sample",
                1e6 * pipeline.median / counts["cells"],
                peer_name,
                1e6 * theirs / few_cells,
                limit,
            ),
        ]
    section.notes.append(
        f"The peers are given a sample of {len(sample)} workbooks of middle size ({few_cells:,.0f} filled cells) "
        f"and run in one process, as they come; the pipeline uses {processors()}. The peers judge nothing. On the same "
        "few files the pipeline mostly starts its decoders; seconds a million cells leave that to the whole programme, "
        "but then compare different files. dlt reads workbooks with pandas, as its guide shows, and loads CSV files by "
        "COPY."
    )
    half = files[::2]
    forget_reading(workload, half)
    halved = alternate([Run("half of the files", lambda: read_all(workload, pool))], 1, workload.server)
    section.notes.append(
        f"Memory against the number of files: {halved['half of the files'].memory.python / 1e6:.0f} MB with "
        f"{len(half)} files, {pipeline.memory.python / 1e6:.0f} MB with {len(files)}."
    )
    forget_reading(workload)
    read_all(workload, pool)
    return section


def run_floor(workload: Workload, files: list[Path]) -> dict[str, float]:
    """Seconds, rows and cells of the floor."""
    return environment.run("floors/fastexcel_copy.py", [workload.url, str(processors())], files)


def plan_nothing(_: int) -> None:
    """What makes a process of the pool import the stage."""


def read_all(workload: Workload, pool: ProcessPoolExecutor | None = None) -> None:
    """Read every delivery that is landed and not read, as the DAG ``ingest`` does."""
    batches = plan_batches(workload.loader)
    if pool is None:
        for batch in batches:
            read_batch(workload.settings, batch)
        return
    for _ in pool.map(read_batch, repeat(workload.settings), batches):
        pass


def forget_reading(workload: Workload, files: Iterable[Path] | None = None) -> None:
    """Make the ledger as if nothing had been read; deliveries that are not among ``files`` then count as read."""
    tables = ", ".join(f"{table.schema}.{table.name}" for table in (*raw.values(), sheet_reading, reading_finding))
    workload.execute(f"truncate {tables}", "truncate ops.finding, ops.shadow_finding")
    statement = """
    update ops.submission
    set
        status = case when :everything or archive_path = any(:paths) then 'landed' else 'accepted' end,
        version = null, duplicate_of = null, is_current = false, judged_with = null
    """
    paths = [str(path.relative_to(workload.settings.archive)) for path in files or ()]
    with workload.loader.begin() as connection:
        connection.execute(sa.text(statement), {"everything": files is None, "paths": paths})
    settle_disk(workload)


def settle_disk(workload: Workload) -> None:
    """What earlier runs have written goes to disk now, and not while others are measured."""
    workload.execute("checkpoint")


def rows_read(workload: Workload) -> int:
    """Data rows in ``raw``."""
    return sum(workload.value(f"select count(*) from raw.{sheet}") for sheet in raw if sheet != "cover")
