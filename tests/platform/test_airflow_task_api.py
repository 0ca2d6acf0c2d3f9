"""What tasks talk to, without the versions that nobody here asks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_SAYS = """
import json, sys
from airflow.api_fastapi.execution_api.app import create_task_execution_api_app
from airflow.api_fastapi.execution_api.versions import bundle
from airflow.sdk.api.datamodels._generated import API_VERSION
from starlette.testclient import TestClient

if sys.argv[1] == "newest":
    from include.platform.airflow_task_api import leave_out_old_versions
    leave_out_old_versions()
    from airflow.api_fastapi.execution_api.versions import bundle
with TestClient(create_task_execution_api_app()) as client:
    asked = client.get("/health/ping", headers={"Airflow-API-Version": API_VERSION}).status_code
    said = client.get(f"/openapi.json?version={API_VERSION}").json()
print(json.dumps([API_VERSION, list(bundle.version_values), asked, said]))
"""


def _app(versions: str, home: Path) -> tuple[str, list[str], int, dict[str, Any]]:
    """Of the app in a process of its own: what tasks ask for, what it knows, its answer, all that it offers them."""
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__API_AUTH__JWT_SECRET": "x" * 64}
    process = subprocess.run(
        [sys.executable, "-c", _SAYS, versions], env=environment, capture_output=True, text=True, check=True
    )
    asked_for, known, status, offered = json.loads(process.stdout.splitlines()[-1])
    return asked_for, known, status, offered


def test_tasks_are_offered_the_same_by_fewer_versions(tmp_path: Path) -> None:
    asked_for, every, _, before = _app("all", tmp_path)
    _, left, status, after = _app("newest", tmp_path)
    assert left == every[:3], "one is left for each that is kept, and the oldest of them"
    assert asked_for == left[0]
    assert status == 200
    assert len(after["paths"]) > 20
    assert after == before
