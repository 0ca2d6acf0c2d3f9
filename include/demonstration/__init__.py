"""Writes a made-up but lifelike programme: a registry and an inbox as 66 partners would leave it.

The same size always gives the same bytes, names and times, and what is there already with the same bytes is left
untouched: writing twice makes no new deliveries. ``python -m include.demonstration INBOX REGISTRY [SIZE]`` does both.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from include.demonstration import registry as office
from include.demonstration.counting import unique_values
from include.demonstration.deliveries import Delivery, content, current_reports, deliveries
from include.demonstration.parameters import SIZES, Parameters
from include.demonstration.projects import institutions, of
from include.platform.interruption import leave_to_parent

__all__ = ["SIZES", "Parameters", "expected_figures", "write_programme", "write_registry"]

#: the machine's share a demonstration takes
_PROCESSES = 2


def write_programme(inbox: Path, registry: Path, size: str | Parameters = "full") -> int:
    """Writes the registry and every delivery of a programme; returns how many files were new or changed.

    Files of the inbox that are no part of the programme stay as they are.
    """
    parameters = _parameters(size)
    write_registry(registry, parameters)
    everything = deliveries(parameters)
    # By project, so that a process draws a project's rows once and the last ones share the work.
    everything.sort(key=lambda delivery: (delivery.project.code, delivery.period))
    with ProcessPoolExecutor(_PROCESSES, initializer=leave_to_parent) as pool:
        try:
            return sum(pool.map(_deliver, repeat(inbox), repeat(parameters), everything, chunksize=6))
        except BaseException:  # what is not begun stays undone
            pool.shutdown(cancel_futures=True)
            raise


def write_registry(registry: Path, size: str | Parameters = "full") -> None:
    """Writes the eight CSV files of a programme's registry."""
    for name, data in office.files(_parameters(size)).items():
        _write(Path(registry) / name, data)


def expected_figures(size: str | Parameters = "full") -> dict[str, int]:
    """What a correct pipeline says of the claims: kpi -> figure at the last period.

    ``projects`` and ``institutions`` are the programme's; the others are ``unique_value`` (``grant_eur``: the sum of
    the grants) for Peru.
    """
    parameters = _parameters(size)
    figures = unique_values(current_reports(parameters, "PE"), len(parameters.periods) - 1)
    return {
        "projects": len(of(parameters)),
        "institutions": len(institutions(parameters)),
        "grant_eur": sum(project.grant_eur for project in of(parameters) if project.country == "PE"),
        **figures,
    }


def _parameters(size: str | Parameters) -> Parameters:
    return size if isinstance(size, Parameters) else SIZES[size]


def _deliver(inbox: Path, parameters: Parameters, delivery: Delivery) -> bool:
    path = Path(inbox) / delivery.project.code / delivery.file_name
    changed = _write(path, content(parameters, delivery))
    if changed:
        moment = delivery.delivered_at.timestamp()
        os.utime(path, (moment, moment))
    return changed


def _write(path: Path, data: bytes) -> bool:
    """Puts a file in place under its name at once; whether there was anything to do."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")  # which the pipeline does not look at
    partial.write_bytes(data)
    partial.replace(path)
    return True
