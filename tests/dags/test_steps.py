"""The steps of the night, which the DAGs, tests and benchmarks share."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from include.nightly import in_process, ingest
from include.platform.nights import Night
from tests.conftest import make_settings
from tests.dags.test_dags import EXPECTED, NIGHT


@pytest.mark.parametrize("dag", sorted(EXPECTED.keys() - {"close_period"}))  # people take its steps, not a night
def test_the_steps_of_a_dag_are_its_tasks_in_an_order_it_allows(dag: str) -> None:
    """``EXPECTED`` is what Airflow reads from the DAG file."""
    names = [step.__name__ for step in importlib.import_module(f"include.nightly.{dag}").STEPS]
    assert sorted(names) == sorted(EXPECTED[dag])
    for name, later in EXPECTED[dag].items():
        assert all(names.index(name) < names.index(one) for one in later), name


def test_a_night_in_this_process_takes_every_step_once() -> None:
    steps = [step.__name__ for dag in NIGHT for step in importlib.import_module(f"include.nightly.{dag}").STEPS]
    assert [step.__name__ for step in in_process.STEPS] == steps and len({*steps}) == len(steps)


def test_a_step_is_given_what_the_one_before_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    took: list[object] = []

    def step(name: str, returns: object = None) -> Callable[..., object]:
        def run(_night: Night, *given: object) -> object:
            took.append((name, *given))
            return returns

        run.__name__ = name
        return run

    land, read = step("land", [["a", "b"], ["c"]]), step("read")
    monkeypatch.setattr(in_process, "_GIVEN_EACH", {read: land})
    steps = in_process.prepared(Night("night", make_settings(tmp_path)), (land, read))
    for run in steps.values():
        run()
    steps["read"]()  # as a retry does
    assert took == [("land",), *[("read", ["a", "b"]), ("read", ["c"])] * 2]


def test_what_is_given_comes_from_an_earlier_step() -> None:
    order = list(in_process.STEPS)
    for later, earlier in in_process._GIVEN_EACH.items():
        assert order.index(earlier) < order.index(later)
    assert in_process._GIVEN_EACH[ingest.read_batch] is ingest.land_deliveries
