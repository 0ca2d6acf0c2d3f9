"""The DAGs as Airflow reads them: which there are, how they hang together, and that reading them does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from include.platform.settings import PROJECT_ROOT

#: DAG -> task -> tasks after it.
EXPECTED = {
    "ingest": {
        "load_registry": ["land_deliveries", "load_reference_figures"],
        "load_reference_figures": ["hand_over_raw"],
        "land_deliveries": ["read_batch"],
        "read_batch": ["hand_over_raw"],
        "hand_over_raw": [],
    },
    "validate": {
        "judge_rows": ["settle_submissions"],
        "settle_submissions": [],
    },
    "marts": {"build_candidates": []},
    "publish": {
        "reconcile_declared_totals": ["answer_partners", "build_data_docs", "switch_marts"],
        "switch_marts": ["build_dbt_docs", "send_mail"],
        "answer_partners": ["send_mail"],
        "send_mail": ["close_night"],
        "build_data_docs": ["close_night"],
        "build_dbt_docs": ["close_night"],
        "close_night": [],
    },
    "housekeeping": {
        "tell_operator": ["send_mail"],
        "send_mail": [],
        "remove_old_files": [],
        "clean_airflow": [],
    },
    "close_period": {
        "propose": ["approve"],
        "approve": ["sign"],
        "sign": ["compare_people"],
        "compare_people": ["release"],
        "release": ["conclude"],
        "conclude": [],
    },
}

NIGHT = ("ingest", "validate", "marts", "publish")

#: What takes seconds to import, or reaches for data; none of it while a DAG file is read.
HEAVY = ("great_expectations", "polars", "dbt", "pandas", "include.stage3_reading", "include.demonstration")

_READ_DAGS = """
import json, sys, socket
def refuse(*_):
    raise AssertionError("a DAG file opened a connection while it was read")
from airflow.dag_processing.dagbag import DagBag
socket.socket.connect = refuse
bag = DagBag(sys.argv[1], safe_mode=False)
json.dump({
    "errors": bag.import_errors,
    "heavy": [name for name in sys.argv[2:] if name in sys.modules],
    "dags": {
        dag.dag_id: {
            "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
            "mapped": [task.task_id for task in dag.tasks if task.is_mapped],
            "undocumented": [
                task.task_id for task in dag.tasks if not getattr(task, "python_callable", type(task)).__doc__
            ],
            "doc": dag.doc_md,
            "retries": sorted({task.retries for task in dag.tasks}),
            "runs": dag.max_active_runs,
            "schedule": getattr(dag.timetable, "expression", ""),
            "timezone": str(getattr(dag.timetable, "timezone", "")),
            "assets": [asset.name for asset in getattr(
                getattr(dag.timetable, "asset_condition", None), "objects", []
            )],
            "outlets": sorted(asset.name for task in dag.tasks for asset in task.outlets),
        } for dag in bag.dags.values()
    },
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The DAG files read in a process that knows no warehouse and can reach none."""
    folder = tmp_path_factory.mktemp("dags")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(PROJECT_ROOT),
        "NIGHT_SCHEDULE": "0 1 * * *",
    }
    command = [sys.executable, "-c", _READ_DAGS, str(PROJECT_ROOT / "dags"), *HEAVY]
    done = subprocess.run(command, env=environment, check=True, cwd=folder, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_exactly_these_dags(bag: dict) -> None:
    assert bag["errors"] == {}
    assert {dag: bag["dags"][dag]["tasks"] for dag in bag["dags"]} == EXPECTED


def test_files_are_read_in_mapped_batches(bag: dict) -> None:
    assert bag["dags"]["ingest"]["mapped"] == ["read_batch"]


def test_each_dag_is_started_by_the_asset_of_the_one_before(bag: dict) -> None:
    chain = [(bag["dags"][dag]["assets"], bag["dags"][dag]["outlets"]) for dag in NIGHT]
    assert chain == [
        ([], ["raw"]),
        (["raw"], ["findings"]),
        (["findings"], ["candidates"]),
        (["candidates"], []),
    ]


def test_the_night_begins_at_one_in_lima_and_is_looked_at_at_five(bag: dict) -> None:
    schedules = {name: (dag["schedule"], dag["timezone"]) for name, dag in bag["dags"].items() if dag["schedule"]}
    assert schedules == {"ingest": ("0 1 * * *", "America/Lima"), "housekeeping": ("0 5 * * *", "America/Lima")}


def test_dags_explain_themselves_and_run_one_at_a_time(bag: dict) -> None:
    for name, dag in bag["dags"].items():
        assert dag["doc"] and not dag["undocumented"]
        assert dag["retries"] == [3]
        assert dag["runs"] == 1 or name == "close_period"  # one waits for people, another is refused for it


def test_reading_a_dag_file_imports_nothing_heavy(bag: dict) -> None:
    assert bag["heavy"] == []
