"""``python -m benchmarks``: measure, and write ``docs/benchmarks.md``.

``SCALE`` (1: the whole programme; ``tiny``), ``PAIRS``, ``ONLY`` (names of parts, separated by commas) and ``STATE``
come from the environment.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from benchmarks import machine, page
from benchmarks.results import Section
from benchmarks.workload import Workload
from include.platform.settings import PROJECT_ROOT, Settings

PAGE = PROJECT_ROOT / "docs" / "benchmarks.md"


def parts() -> dict[str, Callable[[Workload, int], Section]]:
    """What can be measured, in an order in which each finds what it needs."""
    from benchmarks import history, reading, transformation, validation

    return {
        "reading": reading.measure,
        "validation": validation.measure,
        "transformation": transformation.measure,
        "history": history.measure,
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
            section = known[name](workload, pairs)
            section.notes.append(f"{pairs} pairs of runs; {machine.moment()}.")
            page.keep(results, section)
            print(f"{name}: {time.perf_counter() - began:.0f} s in all", flush=True)
    finally:
        workload.stop()
    PAGE.write_text(page.render(page.kept(results), facts), encoding="utf-8")
    print(f"The figures are in {PAGE.relative_to(PROJECT_ROOT)}.")
    return 0


def server_version(workload: Workload) -> str:
    """The server's version, such as 18.1."""
    number = workload.value("select current_setting('server_version_num')::int")
    return f"{number // 10000}.{number % 10000}"


if __name__ == "__main__":
    sys.exit(main())
