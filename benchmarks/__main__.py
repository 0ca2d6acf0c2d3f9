"""``python -m benchmarks``: measure, and write ``docs/benchmarks.md``.

``SCALE`` (1: the whole programme; ``tiny``), ``PAIRS``, ``ONLY`` (names of parts, separated by commas),
``HISTORY_SCALE`` and ``STATE`` come from the environment. The history is measured at a smaller scale where ten times
the programme would take an hour and tens of gigabytes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import machine, page
from benchmarks.results import Section
from benchmarks.workload import TINY, Workload
from include.platform.settings import PROJECT_ROOT, Settings

PAGE = PROJECT_ROOT / "docs" / "benchmarks.md"
#: The largest scale of the history unless another one is asked for.
HISTORY_SCALE = 0.3


def parts() -> dict[str, Callable[[Workload, int], Section]]:
    """What can be measured, in an order in which each finds what it needs."""
    from benchmarks import history, night, reading, record, standing, transformation, validation

    return {
        "reading": reading.measure,
        "validation": validation.measure,
        "transformation": transformation.measure,
        "night": night.measure,
        "standing": standing.measure,
        "history": history.measure,
        "record": record.measure,
    }


def main() -> int:
    """Measure what was asked for."""
    scale = os.environ.get("SCALE") or "0.1"
    pairs = int(os.environ.get("PAIRS") or 5)
    known = parts()
    wanted = [name for name in (os.environ.get("ONLY") or ",".join(known)).split(",") if name]
    if unknown := [name for name in wanted if name not in known]:
        print(f"There is no part {', '.join(unknown)}: choose from {', '.join(known)}.", file=sys.stderr)
        return 1
    workload = Workload.of(Settings.from_environment().state, scale)
    results = workload.settings.state.parent / "results"
    try:
        workload.prepare()
        facts = [
            f"Workload at `SCALE={scale}`: {workload.describe()}",
            *machine.lines(server_version(workload)),
        ]
        for name in wanted:
            print(f"{name}", flush=True)
            began = time.perf_counter()
            with workload_of(name, workload, scale) as measured:
                section = known[name](measured, pairs)
                section.scale = scale if measured is workload else own_scale(scale)
                if measured is not workload:
                    section.notes.append(f"Measured on a programme of its own: {measured.describe()}.")
            section.notes.append(f"{pairs} pairs of runs; {machine.moment()}.")
            page.keep(results, section)
            print(f"{name}: {time.perf_counter() - began:.0f} s in all", flush=True)
    finally:
        workload.stop()
    PAGE.write_text(page.render(page.kept(results), facts), encoding="utf-8")
    print(f"The figures are in {PAGE.relative_to(PROJECT_ROOT)}.")
    return 0


@contextmanager
def workload_of(part: str, workload: Workload, scale: str) -> Iterator[Workload]:
    """What a part is measured on: the workload, or for the history one of its own scale."""
    own = own_scale(scale)
    if part != "history" or own == scale:
        yield workload
        return
    other = Workload.of(Settings.from_environment().state, own)
    try:
        other.prepare()
        yield other
    finally:
        other.stop()


def own_scale(scale: str) -> str:
    """The scale of the history: ``HISTORY_SCALE``, or else :func:`history_scale`."""
    return os.environ.get("HISTORY_SCALE") or history_scale(scale)


def history_scale(scale: str) -> str:
    """The scale of the history beside that of the other parts."""
    return scale if scale == TINY or float(scale) <= HISTORY_SCALE else str(HISTORY_SCALE)


def server_version(workload: Workload) -> str:
    """The server's version, such as 18.1."""
    number = workload.value("select current_setting('server_version_num')::int")
    return f"{number // 10000}.{number % 10000}"


if __name__ == "__main__":
    sys.exit(main())
