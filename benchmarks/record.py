"""What the record of what was published costs: of the time of a night, and of disk a year.

A peak night, in which the last semester arrives; nights in which some reports of all semesters are corrected; then one
in which every report of the last semester is: as many rows as a peak night brings, and as many again that it takes
away. A corrected report lacks a tenth of its enterprises and has other errors; all its rows end, and those of the new
version begin.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from benchmarks.arrival import Arrival
from benchmarks.history import beside, one_night
from benchmarks.measuring import Run, alternate
from benchmarks.results import Section, below
from benchmarks.transformation import make_ready
from benchmarks.workload import Workload
from include.demonstration.deliveries import Delivery, content, deliveries
from include.stage6_publication import promote

#: Nights with corrections, and the workbooks corrected in each: 66 a month in 22 nights.
NIGHTS, CORRECTED = 8, 3
CORRECTIONS_A_YEAR = 66 * 12
#: What keeps the past; today's rows of ``counted_row`` say themselves since when they stand.
PAST = ("kpi_headline_history", "counted_row_ended", "figure_change")


@dataclass
class Cost:
    """Of a night: seconds of its steps, seconds and bytes of log of the record within them, rows that changed."""

    night: float = 0.0
    record: float = 0.0
    log: float = 0.0
    #: seconds of the same night as ``make nightly`` runs it, where that was measured
    nightly: float = 0.0

    @property
    def share(self) -> float:
        """Percent of the night's steps that the record took."""
        return 100 * self.record / self.night


def measure(workload: Workload, pairs: int) -> Section:
    """A peak night, nights with corrections, and one of nothing else; each is run once, whatever ``pairs`` says."""
    peak = _first_reports(workload)
    make_ready(workload)
    last = workload.parameters.periods[-1]
    reports = [one for one in deliveries(workload.parameters) if one.kind == "report"]
    earlier = [one for one in reports if workload.parameters.periods[one.period] != last]
    drawn = Random(1).sample(earlier, min(len(earlier), NIGHTS * CORRECTED))
    shutil.rmtree(workload.settings.state.parent / "record_1", ignore_errors=True)  # what was corrected stays so
    with beside(workload, 1, "record") as copy:
        rows = copy.value("select count(*) from marts.counted_row")
        before, database = _bytes(copy, PAST), copy.value("select pg_database_size(current_database())")
        ended_before = copy.value("select count(*) from marts.counted_row_history where until_night is not null")
        nights = [_night(copy, drawn[first : first + CORRECTED]) for first in range(0, len(drawn), CORRECTED)]
        kept = (_bytes(copy, PAST) - before) / len(drawn)
        ended = copy.value("select count(*) from marts.counted_row_history where until_night is not null")
        all_corrected = _night(copy, [one for one in reports if one not in earlier])
    return _section(nights, peak, all_corrected, kept, database, [rows, (ended - ended_before) // len(drawn)])


def _section(
    nights: Sequence[Cost],
    peak: Cost,
    all_corrected: Cost,
    kept: float,
    database: int,
    counts: Sequence[int],
) -> Section:
    rows, ended = counts
    a_year = kept * CORRECTIONS_A_YEAR
    shares = sorted(one.share for one in nights)
    section = Section("The record")
    section.figures += [
        below("record in a peak night, of all that `make nightly` does", 100 * peak.record / peak.nightly, "%", 5),
        below("the same, of its steps in one process", peak.share, "%", None),
        below(
            f"of the steps of {len(nights)} nights of {CORRECTED} corrections, median",
            statistics.median(shares),
            "%",
            None,
        ),
        below("most of these nights", shares[-1], "%", None),
        below("of the steps of a night that corrects every report of a semester", all_corrected.share, "%", None),
        below("disk of the past, a correction", kept / 1e3, "kB", None),
        below(f"disk a year, {CORRECTIONS_A_YEAR} corrections", a_year / 1e6, "MB", None),
        below("the same, of the database", 100 * a_year / database, "%", 10),
        below(
            "log of changes by the record, a correction night",
            statistics.median(one.log for one in nights) / 1e6,
            "MB",
            None,
        ),
        below("log of changes by the record, a peak night", peak.log / 1e6, "MB", None),
    ]
    section.notes += [
        (
            f"{rows:,} counted rows, database {database / 1e6:,.0f} MB. In the peak night the last semester arrives on "
            f"top of the others. {len(nights)} nights of {CORRECTED} corrected reports each are drawn from all "
            f"semesters but the last; each ends {ended:,} rows in the mean. Then a night in which every report of the "
            "last semester is corrected: it brings the rows of a peak night, and takes away as many."
        ),
        (
            "Time is that of history and causes in the switch, as a share of the same night's steps, all in one "
            f"process and without Airflow and answers: {peak.record:.1f} of {peak.night:.1f} s in the peak night "
            f"(which took {peak.nightly:.1f} s through Airflow in the same run), "
            f"{', '.join(f'{one.record:.1f} of {one.night:.1f}' for one in nights)} s in those with corrections, "
            f"{all_corrected.record:.1f} of {all_corrected.night:.1f} s in the one that corrects all. That the switch "
            "hands over the rows it changes is in its own statements, and not counted. Disk is what the server says of "
            "the tables and their indexes after a vacuum."
        ),
    ]
    return section


def _first_reports(workload: Workload) -> Cost:
    """The night in which the last semester arrives, every report for the first time."""
    arrival = Arrival.of(workload)
    with arrival.ready(), arrival.arrived():
        nightly = alternate([Run("peak night", arrival.run_night, arrival.put_back)], 1)["peak night"].median
        arrival.put_back()
        return replace(_one_night(arrival.night), nightly=nightly)


def _night(workload: Workload, corrected: Sequence[Delivery]) -> Cost:
    """One night with these reports corrected."""
    for one in corrected:
        folder = Path(workload.settings.inbox) / one.project.code
        folder.mkdir(exist_ok=True)
        (folder / f"corrected {one.file_name}").write_bytes(
            content(workload.parameters, replace(one, kind="superseded"))
        )
    return _one_night(workload)


def _one_night(workload: Workload) -> Cost:
    workload.execute("checkpoint")
    cost = Cost()
    with _measured(cost):
        began = time.perf_counter()
        one_night(workload)
        cost.night = time.perf_counter() - began
    return cost


@contextmanager
def _measured(cost: Cost) -> Iterator[None]:
    """Add up what history and causes take, wherever the switch calls them."""
    places = [(promote.history, "begin"), (promote.history, "write"), (promote.figure_changes, "record")]
    kept = [(place, name, getattr(place, name)) for place, name in places]
    for place, name, function in kept:
        setattr(place, name, _timed(function, cost))
    try:
        yield
    finally:
        for place, name, function in kept:
            setattr(place, name, function)


def _timed(function: Callable[..., Any], cost: Cost) -> Callable[..., Any]:
    def timed(connection: sa.Connection, *arguments: Any, **named: Any) -> Any:
        log, began = _log(connection), time.perf_counter()
        try:
            return function(connection, *arguments, **named)
        finally:
            cost.record += time.perf_counter() - began
            cost.log += _log(connection) - log

    return timed


def _log(connection: sa.Connection) -> float:
    """Bytes of the server's log of changes so far."""
    return float(connection.scalar(sa.text("select pg_current_wal_insert_lsn() - '0/0'")) or 0)


def _bytes(workload: Workload, tables: Sequence[str]) -> int:
    """Bytes of tables of ``marts`` with their indexes, after a vacuum."""
    workload.execute(*(f"vacuum marts.{table}" for table in tables))
    return sum(workload.value(f"select pg_total_relation_size('marts.{table}')") for table in tables)
