"""Commands by which people close a period, and check what was signed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from include.commands.told import console, required, told
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings

if TYPE_CHECKING:
    from include.platform.airflow_api import AirflowApi

#: Seconds until the proposal has been entered and waits for people.
_PATIENCE = 180


def close(settings: Settings) -> int:
    """Propose to close PERIOD, with NOTE; two people then approve it in Airflow's UI."""
    from include.closing import refusals
    from include.platform import airflow_environment, database, schema
    from include.platform.airflow_api import AirflowApi
    from include.platform.airflow_services import Airflow
    from include.platform.people import CLOSING_DAG as DAG

    period = required("PERIOD", 'make close PERIOD=2025-S2 NOTE="All reports are in."')
    note = told("NOTE")
    schema.prepare(settings)
    with database.connected(settings, "transformer") as connection:  # what can be said without Airflow, above all
        refusals.check(connection, settings, period, note, lambda _: False)
    if not os.environ.get("AIRFLOW_API_URL") and not Airflow(settings).is_running():
        raise UsageError(f"People approve in Airflow, which does not run: {settings.command('up')}.")
    with AirflowApi(settings) as api, database.connected(settings, "transformer") as connection:
        refusals.check(connection, settings, period, note, lambda run_id: api.is_at_work(DAG, run_id))
        run_id = f"{period}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        _start(api, DAG, run_id, period, note)
    page = f"{airflow_environment.known_url(settings)}/dags/{DAG}/runs/{run_id}"
    console.print(f"The close of {period} waits for two people, in this order:", markup=False)
    console.print(f"  proposes: {' or '.join(settings.closers)}", markup=False)
    console.print(f"  signs:    {' or '.join(settings.signers)}, and not the same person", markup=False)
    print(page)
    return 0


def _start(api: AirflowApi, dag: str, run_id: str, period: str, note: str | None) -> None:
    from include.platform import processes

    processes.wait_until(lambda: api.parsed_since(dag, 0) or bool(api.import_errors()), _PATIENCE, pause=0.3)
    if not api.parsed_since(dag, 0):
        raise PlatformError(f"Airflow has not found the DAG {dag}. {' '.join(api.import_errors()[:1])}".strip())
    api.trigger(dag, run_id, {"period": period, "note": note})

    def is_waiting() -> bool:
        return any(task["task_id"] == "approve" for task in api.tasks(dag, run_id, "awaiting_input"))

    processes.wait_until(lambda: is_waiting() or not api.is_at_work(dag, run_id), _PATIENCE, pause=0.3)
    if not api.is_at_work(dag, run_id):
        raise UsageError(api.note_of(dag, run_id) or f"The run {run_id} of {dag} failed: see its page in Airflow.")


def verify_release(settings: Settings) -> int:
    """Whether RELEASE is what was signed, in warehouse and archive; or FILE, an exported one, without the warehouse."""
    from include.closing import verify
    from include.platform import schema

    release, file = told("RELEASE"), told("FILE")
    if file:
        verdict = verify.verify_file(settings, Path(file), release)
    else:
        release = required("RELEASE", "make verify-release RELEASE=2025-S2/1 [FILE=exported.zip]")
        schema.prepare(settings)
        verdict = verify.verify_release(settings, release)
    for line in verdict.looked_at:
        print(line)
    for line in verdict.faults:
        print(f"NOT AS SIGNED: {line}")
    print("This release is not as it was signed." if verdict.faults else "This release is as it was signed.")
    return 1 if verdict.faults else 0


def export_release(settings: Settings) -> int:
    """Write RELEASE to FILE: all that is needed to check it elsewhere."""
    from include.closing import verify

    example = "make export-release RELEASE=2025-S2/1 FILE=2025-S2_1.zip"
    release, file = required("RELEASE", example), Path(required("FILE", example))
    verify.export(settings, release, file)
    print(file)
    return 0
