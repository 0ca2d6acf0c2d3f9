"""Nights beside an Airflow that runs, from their trigger to the end of the last run; and a quiet one from cold."""

from __future__ import annotations

import time

from benchmarks.arrival import Arrival, trigger_to_green
from benchmarks.history import deliver
from benchmarks.measuring import Run, alternate
from benchmarks.results import Section, below
from benchmarks.workload import Workload

PEAK, QUIET, COLD = "peak night under make up", "quiet night under make up", "quiet night from cold"


def measure(workload: Workload, pairs: int) -> Section:
    """The last semester, and one workbook more, each by turns while Airflow runs; then the workbook without it."""
    arrival = Arrival.of(workload)
    with arrival.ready():
        return _measure(arrival, pairs)


def _measure(arrival: Arrival, pairs: int) -> Section:
    night = arrival.night

    def triggered() -> float:
        began = time.time()
        arrival.run_night()
        return trigger_to_green(night, began)

    def peak() -> float:
        with arrival.arrived():
            return triggered()

    def one_workbook() -> None:
        deliver(arrival.workload, night)

    arrival.put_back()
    with arrival.airflow_up():
        runs = [Run(PEAK, peak, arrival.put_back), Run(QUIET, triggered, one_workbook)]
        measured = alternate(runs, pairs)
    measured |= alternate([Run(COLD, arrival.run_night, one_workbook)], pairs)
    limits = {PEAK: 50, QUIET: 10, COLD: 17}
    section = Section("Nights beside a running Airflow")
    section.figures += [below(name, measured[name].median, "s", limit) for name, limit in limits.items()]
    section.notes.append(
        "Airflow was started by `make up`; a night is what `make nightly` triggers there, from the trigger to the end "
        "of the last DAG run. From cold it is all of `make nightly`, start and end of the services included. In a peak "
        "night the last semester arrives on top of the others; a quiet one brings a workbook, on top of all of them."
    )
    return section
