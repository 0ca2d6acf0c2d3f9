"""Commands that run nights and what runs them."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from datetime import date

from rich.console import Console

from include.commands.told import console, told
from include.platform.settings import Settings

#: The load date of the demonstration, whose programme reports six semesters, 2023-S1 to 2025-S2.
DEMONSTRATION_DATE = date(2026, 2, 20)


def prepare(settings: Settings) -> int:
    """Start the database and bring roles, schemas and tables to today's state."""
    from include.platform import schema

    schema.prepare(settings)
    return 0


def nightly(settings: Settings) -> int:
    """Run one night on INBOX and REGISTRY through Airflow."""
    from include.commands.inputs import check_inputs

    check_inputs(settings)
    return run_checked(settings)


def run_checked(settings: Settings) -> int:
    """Run one night on inputs that were checked; the exit status."""
    from include.platform.night import run_night
    from include.stage7_outputs.night_report.report import report_of, what_follows

    result = run_night(settings)
    report = report_of(settings, result.night_id)
    if not result.succeeded:
        console.print(f"The night {result.night_id} failed: {result.reason}", style="red", markup=False)
        console.print(what_follows(report), markup=False, soft_wrap=True)
        return 1
    print(report)
    return 0


def doctor(settings: Settings) -> int:
    """Look whether everything is well, each thing in a line; FULL=yes compares every archived copy with the ledger."""
    from include.operations.doctor.examination import examine
    from include.operations.doctor.report import show

    return show(examine(settings, full=told("FULL") == "yes"), Console(highlight=False))


def up(settings: Settings) -> int:
    """Start Airflow's scheduler and UI with the nightly schedule on."""
    from include.commands.inputs import check_inputs
    from include.platform import airflow_environment, schema
    from include.platform.airflow_services import Airflow

    check_inputs(settings)
    console.print("the database")
    schema.prepare(settings)
    Airflow(settings).start(schedule_on=True, say=console.print, for_schedule=True)
    print(f"Airflow's UI: {airflow_environment.base_url(settings)}")
    print(f"user {airflow_environment.USER}, password {airflow_environment.ui_password(settings)}")
    print(f"Everybody else signs in under a name of his own: {settings.command('user')} NAME=... ROLE=...")
    print(f"The night runs at 01:00 in America/Lima until {settings.command('down')}")
    return 0


def serve(settings: Settings) -> int:
    """As up, until told to end: what a service manager or a container runs."""
    from include.platform.airflow_services import Airflow

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        up(settings)
        launcher = Airflow(settings).launcher()
        return launcher.wait() or 0 if launcher else 1
    finally:
        down(settings)


def down(settings: Settings) -> int:
    """Stop everything that up, demo, nightly or dashboards left running."""
    from include.dashboards import process as superset
    from include.platform import postgres
    from include.platform.airflow_services import Airflow

    superset.stop(settings)
    Airflow(settings).stop()
    postgres.stop(settings)
    return 0


def demo(settings: Settings) -> int:
    """Write a demonstration programme into the inbox, run the night, show the headline indicators."""
    from include.demonstration import place
    from include.platform.nights import last_published
    from include.stage7_outputs.figures import headline

    place.check_folders(settings)
    console.print("the database")
    place.check_warehouse(settings)
    settings = replace(settings, as_of=settings.as_of or last_published(settings) or DEMONSTRATION_DATE)
    console.print(f"The demonstration programme goes to {settings.inbox}", soft_wrap=True)
    place.write(settings, told("SIZE") or "full")
    status = nightly(settings)
    if status == 0:
        headline.show(settings)
    return status
