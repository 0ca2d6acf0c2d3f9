"""The peak night through Airflow, beside the sum of its floors and of what a night costs whatever arrives."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from importlib import import_module

from benchmarks import snapshots, transformation
from benchmarks.arrival import AT_BUILD, UNFILLED, Arrival, task_seconds
from benchmarks.floors.psql import replay
from benchmarks.history import deliver
from benchmarks.measuring import Measured, Run, alternate
from benchmarks.peers import environment
from benchmarks.results import Section, at_most, below
from benchmarks.workload import Workload, processors
from include.stage4_validation import validate
from include.stage5_transformation.replay import build as build_as_a_night

PEAK, WITHOUT = "peak night", "peak night without statistics"
#: Floor -> what of the night has its work, and in which tasks.
FLOORS = {
    "fastexcel + COPY": ("reading", ("ingest.read_batch",)),
    "psql": ("transformation", ("marts.build_candidates",)),
}
AIRFLOW = "Airflow: a night without a file in an unfilled warehouse"
BUILD = "the build: the same of not a row"
GX = "Great Expectations: all suites on empty tables"
FIXED = (AIRFLOW, BUILD, GX)

#: Task -> when it began and ended, in seconds after the night's begin.
Tasks = Mapping[str, tuple[float, float]]


def measure(workload: Workload, pairs: int) -> Section:
    """The last semester on top of the others, through Airflow, and all that it is compared with, by turns."""
    arrival = Arrival.of(workload)
    with arrival.ready():
        return _measure(arrival, pairs)


def _measure(arrival: Arrival, pairs: int) -> Section:
    night = arrival.night
    once = _once(arrival)
    nights: list[Tasks] = []

    def run() -> tuple[float, float]:
        with arrival.arrived():
            began = time.time()
            arrival.run_night()
            return began, time.time() - began

    def peak() -> float:
        began, passed = run()
        nights.append(task_seconds(night, began))
        return passed

    runs = [
        Run(PEAK, peak, arrival.put_back, is_elsewhere=True),
        Run(WITHOUT, lambda: run()[1], lambda: arrival.put_back(snapshots.without_statistics), is_elsewhere=True),
        *_floors(arrival),
        *_fixed_parts(arrival),
    ]
    measured = alternate(runs, pairs, night.server)
    total = measured[PEAK].median
    floors, fixed = (sum(measured[name].median for name in names) for names in (FLOORS, FIXED))
    programme, quiet = once["programme night"], once["quiet night"]
    section = Section("Peak night through Airflow")
    section.figures += [
        at_most("peak night, everything", total, "floors + fixed parts", floors + fixed, 2),
        at_most("the same, no table with statistics", measured[WITHOUT].median, PEAK, total, 1.1),
        *(
            at_most(f"of it {what}", _median_span(nights, tasks), floor, measured[floor].median, None)
            for floor, (what, tasks) in FLOORS.items()
        ),
        below("fixed parts together", fixed, "s", 30),
        *(below(f"fixed part of {name}", measured[name].median, "s", None) for name in FIXED),
        below("most memory of a process", measured[PEAK].memory.python / 1e6, "MB", 500),
        below("programme night, all semesters from empty", programme.median, "s", None),
        below("most memory of a process in it", programme.memory.python / 1e6, "MB", 500),
        below("quiet night after it, one workbook", quiet.median, "s", None),
    ]
    section.notes += [
        _what_is_compared(arrival),
        _where_it_goes(nights, total, floors, fixed),
        "Programme and quiet night, through Airflow as well, were run once.",
    ]
    return section


def _what_is_compared(arrival: Arrival) -> str:
    extent = "only what they change" if arrival.is_incremental() else "everything anew"
    return (
        f"{len(arrival.files)} files of the last semester arrive in a warehouse that has read, judged, built and "
        "published the others; warehouse and inbox are put back before every run. The night is what `make nightly` "
        "does, start and end of Airflow's services included; a part of it is the time from the begin of its first task "
        "to the end of its last. The floors take the same files, the same deliveries, and what dbt ran in such a "
        f"night, which builds {extent}. Validation, publication, reconciliation, answers to partners and Data Docs "
        "have no floor and count against the pipeline. Fixed is what a night costs whatever arrives, in three parts "
        "that share nothing: a night through Airflow in which every task runs and finds nothing to do, so that nothing "
        "is built and Great Expectations is not called; the build of the same extent in a warehouse without a "
        "delivery, by the statements that dbt has sent before; all suites of Great Expectations there."
    )


def _once(arrival: Arrival) -> dict[str, Measured]:
    """Two nights that nothing is compared with."""

    def put_back() -> None:
        snapshots.put_back(arrival.night, UNFILLED)

    def one_workbook() -> None:
        deliver(arrival.workload, arrival.night)

    with arrival.arrived():
        nights = [
            Run("programme night", arrival.run_night, put_back, is_elsewhere=True),
            Run("quiet night", arrival.run_night, one_workbook, is_elsewhere=True),
        ]
        return alternate(nights, 1, arrival.night.server)


def _floors(arrival: Arrival) -> list[Run]:
    """Reading in the database as it is when dbt begins; what dbt then ran, from there each time."""
    night = arrival.night
    kept = snapshots.of(night, AT_BUILD)
    snapshots.put_back(night, AT_BUILD)
    statements = transformation.record(night, is_incremental=arrival.is_incremental())
    reads = transformation.reads(night)
    kept.execute("create schema if not exists floor")

    def read() -> float:
        arguments = [kept.url, str(processors())]
        return environment.run("floors/fastexcel_copy.py", arguments, arrival.files)["seconds"]

    def build() -> float:
        with transformation.connected(night) as sessions:
            began = time.perf_counter()
            replay(sessions, statements, reads)
            return time.perf_counter() - began

    reading, building = FLOORS
    return [
        Run(reading, read),
        Run(building, build, lambda: snapshots.put_back(night, AT_BUILD)),
    ]


def _fixed_parts(arrival: Arrival) -> list[Run]:
    night = arrival.night
    is_incremental = arrival.is_incremental()
    import_module("expectations.suites")  # as Airflow's launcher has done before a task asks for them

    def build() -> None:
        build_as_a_night(night.settings, is_incremental=is_incremental, is_later=False)

    def judge() -> None:
        validate.prepare(night.loader)
        validate.judge(night.loader, night.settings.reports / "benchmark")

    def put_back() -> None:
        snapshots.put_back(night, UNFILLED)

    return [Run(AIRFLOW, arrival.idle_night, put_back), Run(BUILD, build, put_back), Run(GX, judge, put_back)]


def _median_span(nights: Sequence[Tasks], names: Sequence[str]) -> float:
    return statistics.median(
        max(tasks[name][1] for name in names) - min(tasks[name][0] for name in names) for tasks in nights
    )


def _where_it_goes(nights: Sequence[Tasks], total: float, floors: float, fixed: float) -> str:
    began = statistics.median(min(first for first, _ in tasks.values()) for tasks in nights)
    ended = statistics.median(max(last for _, last in tasks.values()) for tasks in nights)
    order = sorted(nights[0], key=lambda name: nights[0][name])
    spans = [f"{name} {_median_span(nights, [name]):.1f}" for name in order]
    return (
        f"The floors take {floors:.2f} s together; with the fixed parts taken off, the night takes "
        f"{(total - fixed) / floors:.1f} times as much. Of its {total:.1f} s, {began:.1f} pass until the first task "
        f"begins and {total - ended:.1f} after the last has ended. The tasks, some of them beside each other, in "
        f"seconds: {', '.join(spans)}."
    )
