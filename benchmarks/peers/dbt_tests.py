"""Peer of validation: every rule as a dbt test, stored with its failing rows, on the tables that the pipeline judges.

The project is written below the workload's folder from the same conditions that Great Expectations is given.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from dbt.cli.main import dbtRunner

from benchmarks import judging
from benchmarks.workload import Workload
from expectations import suites
from include.contract import load_contract
from include.platform import database
from include.stage4_validation import validate
from include.stage4_validation.work_tables import make_judged_sheets, make_row_table

_PROJECT = {
    "name": "rules",
    "version": "1.0.0",
    "profile": "rules",
    "test-paths": ["tests"],
    "data_tests": {"+store_failures": True, "+schema": "dbt_tests"},
}


def prepare(workload: Workload) -> None:
    """What the pipeline has when it begins to judge."""
    judging.unjudge(workload)
    validate.prepare(workload.loader)


def make_tables(workload: Workload) -> None:
    """The tables whose rows are judged; the pipeline's own statements make them for all."""
    with workload.loader.begin() as connection:
        make_judged_sheets(connection)
        for sheet in load_contract().row_sheets:
            make_row_table(connection, sheet)


def tests(workload: Workload) -> Callable[[], None]:
    """A run of all tests in this process; parsed once before, so that a run finds dbt's partial parse."""
    project = _write(workload)
    places = ["--project-dir", str(project), "--profiles-dir", str(project), "--log-level", "none"]
    # a found failure is what the tests are for, and what dbt calls an error
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    dbtRunner().invoke(["parse", *places])

    def run() -> None:
        make_tables(workload)
        outcome = dbtRunner().invoke(["test", *places])
        if outcome.exception:
            raise outcome.exception
        if any(str(result.status) == "error" for result in getattr(outcome.result, "results", [])):
            raise RuntimeError("a dbt test could not run")

    return run


def _write(workload: Workload) -> Path:
    folder = workload.settings.state.parent / "dbt_tests"
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    url = database.url(workload.settings)
    profile = {
        "type": "postgres",
        "host": url.host,
        "port": url.port,
        "dbname": url.database,
        "user": url.username,
        "password": url.password,
        "schema": "floor",
        "threads": 3,
    }
    # YAML reads JSON
    (folder / "dbt_project.yml").write_text(json.dumps(_PROJECT), encoding="utf-8")
    profiles = folder / "profiles.yml"
    profiles.touch(mode=0o600)
    profiles.write_text(json.dumps({"rules": {"target": "t", "outputs": {"t": profile}}}), encoding="utf-8")
    for table, expectations in {**suites.submission_suites(), **suites.row_suites()}.items():
        for number, expectation in enumerate(expectations):
            test = folder / "tests" / f"{table}_{number}.sql"
            test.write_text(f"select * from work.{table} where {expectation.violated_when}", encoding="utf-8")
    return folder
