"""Parts of the tests that can be run alone, and which tests one process has to run because they share something dear.

``unit`` needs no database; what its folders hold beside that is of the folder's own part.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_place import SAMPLES

#: Part -> its folders below ``tests``.
FOLDERS = {
    "reading": ("benchmarks", "cases", "contract", "demonstration", "landing", "oracle", "reading", "registry"),
    "marts": (
        *(
            "clients",
            "closing",
            "dashboards",
            "equality",
            "feedback",
            "publication",
            "questions",
            "record",
            "transformation",
        ),
        "validation",
    ),
    "night": ("commands", "compose", "dags", "end_to_end", "faults", "how_to", "operations", "platform"),
}
PARTS = ("unit", *FOLDERS)
_PART_OF = {folder: part for part, folders in FOLDERS.items() for folder in folders}

#: Fixtures that stand for a warehouse: who asks for one is no unit test.
WAREHOUSES = {"settings", "programme", "made_programme", "sample", "base"}
#: Files, and single tests, that start a server, a night or many processes by themselves, or take long.
NO_UNIT = {
    *("reading/test_confined.py", "reading/test_exactness.py", "reading/test_fuzz.py", "reading/test_round_trip.py"),
    *("reading/test_together.py", "demonstration/test_programme.py", "dags/test_dags.py", "feedback/test_large.py"),
    *("transformation/test_policy.py", "platform/test_dependencies.py"),
    *("benchmarks/test_night.py", "cases/test_nights.py", "commands/test_demonstration_place.py"),
    *("commands/test_set_up.py", "commands/test_statuses.py", "how_to/test_pages.py"),
    *("end_to_end/test_programme.py", "equality/test_equality.py", "equality/test_figures.py"),
    *("operations/test_doctor.py", "operations/test_forget.py", "operations/test_housekeeping.py"),
    *("operations/test_read_again.py", "oracle/test_differential.py", "platform/test_airflow.py"),
    *("platform/test_installation.py", "platform/test_permissions.py", "platform/test_postgres.py"),
    *("platform/test_warehouse_schema.py", "feedback/test_rule_life.py", "transformation/test_project.py"),
}

#: What is run first: what takes longest, so that no process is left alone with it at the end.
FIRST = (
    *("end_to_end/test_programme.py", "platform/test_airflow.py"),
    *("faults", "how_to", "operations", "equality", "cases"),
)

_SAMPLES = {path.name.removesuffix(".tar.gz") for path in SAMPLES.glob("*.tar.gz")}


def part_of(item: pytest.Item) -> str:
    """The part a test belongs to."""
    place = _place(item)
    folder = place.split("/")[0]
    needs = set(getattr(item, "fixturenames", ())) & WAREHOUSES
    if needs or place in NO_UNIT or f"{place}::{getattr(item, 'originalname', item.name)}" in NO_UNIT:
        return _PART_OF[folder]
    return "unit"


def group_of(nodeid: str) -> str:
    """Tests of one group are run by one process: those of a sample programme, and otherwise those of a file."""
    of = set(nodeid.partition("[")[2].rstrip("]").split("-")) & _SAMPLES
    return f"sample {min(of)}" if of else nodeid.partition("::")[0]


def turn_of(nodeid: str) -> int:
    """When a test's turn comes: the samples' first."""
    group = group_of(nodeid)
    if group.startswith("sample"):
        return 0
    place = group.removeprefix("tests/")
    return next((number for number, name in enumerate(FIRST, 1) if place.startswith(name)), len(FIRST) + 1)


def _place(item: pytest.Item) -> str:
    return Path(item.path).relative_to(Path(__file__).parent).as_posix()
