"""What the make targets call: ``python -m include COMMAND``.

What goes wrong outside the code ends with one line that says what to do, on standard error, and status 1.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.console import Console

from include.platform.errors import PlatformError
from include.platform.settings import Settings, ensure_state

#: The load date of the demonstration, whose programme reports six semesters, 2023-S1 to 2025-S2.
DEMONSTRATION_DATE = date(2026, 2, 20)

console = Console(stderr=True, highlight=False)


def prepare(settings: Settings) -> int:
    """Start the database and bring roles, schemas and tables to today's state."""
    from include.platform import schema

    schema.prepare(settings)
    return 0


def nightly(settings: Settings) -> int:
    """Run one night on INBOX and REGISTRY through Airflow."""
    from include.platform.night import run_night

    _ensure_inputs(settings)
    result = run_night(settings)
    if not result.succeeded:
        console.print(f"The night {result.night_id} failed: {result.reason}", style="red", markup=False)
        return 1
    console.print(f"The night {result.night_id} ran.", style="green")
    return 0


def up(settings: Settings) -> int:
    """Start Airflow's scheduler and UI with the nightly schedule on."""
    from include.platform import airflow_environment, schema
    from include.platform.airflow_services import Airflow

    _ensure_inputs(settings)
    schema.prepare(settings)
    Airflow(settings).start(schedule_on=True)
    print(f"Airflow's UI: {airflow_environment.base_url(settings)}")
    print(f"user {airflow_environment.USER}, password {airflow_environment.ui_password(settings)}")
    print("The night runs at 01:00 in America/Lima until make down.")
    return 0


def serve(settings: Settings) -> int:
    """As up, on API_PORT and until told to end: what a container runs."""
    from include.platform import airflow_environment
    from include.platform.airflow_services import Airflow

    ensure_state(settings)
    airflow_environment.port_file(settings).write_text(os.environ.get("API_PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        up(settings)
        launcher = Airflow(settings).launcher()
        return launcher.wait() or 0 if launcher else 1
    finally:
        down(settings)


def down(settings: Settings) -> int:
    """Stop everything that up, demo or nightly left running."""
    from include.platform import postgres
    from include.platform.airflow_services import Airflow

    Airflow(settings).stop()
    postgres.stop(settings)
    return 0


def url(settings: Settings) -> int:
    """Print the URL of the warehouse, the administrator's unless ROLE names another."""
    from include.platform import database, schema

    role = os.environ.get("ROLE") or database.ADMINISTRATOR
    database.check_role(role)
    schema.prepare(settings)
    print(database.plain(database.url(settings, role)))
    return 0


def demo(settings: Settings) -> int:
    """Write a demonstration programme into the inbox, run the night, show the headline indicators."""
    from include.demonstration import write_programme
    from include.stage6_publication import headline

    settings = replace(settings, as_of=settings.as_of or DEMONSTRATION_DATE)
    if "://" in settings.inbox:
        raise PlatformError("The demonstration is written to a folder: leave INBOX empty, or name a folder.")
    ensure_state(settings)
    console.print(f"The demonstration programme goes to {settings.inbox}", soft_wrap=True)
    write_programme(Path(settings.inbox), settings.registry, os.environ.get("SIZE") or "full")
    status = nightly(settings)
    if status == 0:
        headline.show(settings)
    return status


def grant_country(settings: Settings) -> int:
    """Make LOGIN a reader of the marts of COUNTRY's projects and print its URL."""
    from include.platform import country_offices, database, schema

    country = os.environ.get("COUNTRY")
    if not country:
        raise PlatformError("Name the country: make grant-country COUNTRY=PE [LOGIN=bi_pe].")
    schema.prepare(settings)
    print(database.plain(country_offices.grant_country(settings, country, os.environ.get("LOGIN") or None)))
    return 0


def revoke_country(settings: Settings) -> int:
    """Take the country office's LOGIN away."""
    from include.platform import country_offices, schema

    login = os.environ.get("LOGIN")
    if not login:
        raise PlatformError("Name the login: make revoke-country LOGIN=bi_pe.")
    schema.prepare(settings)
    country_offices.revoke_country(settings, login)
    print(f"{login} is no more.")
    return 0


def explain(settings: Settings) -> int:
    """Print how the figure KPI of SCOPE at the end of PERIOD came about, down to the cells it is made of."""
    from include.platform import schema
    from include.stage6_publication.explain import explain as show_trail

    kpi = os.environ.get("KPI")
    if not kpi:
        raise PlatformError("Name the indicator: make explain KPI=green_jobs [SCOPE=country:PE PERIOD=2025-S2].")
    schema.prepare(settings)
    show_trail(settings, kpi, os.environ.get("SCOPE") or "programme", os.environ.get("PERIOD") or None)
    return 0


def template(settings: Settings) -> int:
    """Write the submission workbook for partners in LANGUAGE, filled in for PROJECT and PERIOD where given."""
    from include.contract.model import LANGUAGES
    from include.contract.template import write

    language = os.environ.get("TEMPLATE_LANGUAGE") or "es"
    if language not in LANGUAGES:
        raise PlatformError(f"LANGUAGE has to be one of {', '.join(LANGUAGES)}, not {language!r}.")
    path = settings.templates / f"plantilla_{language}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, language, project=os.environ.get("PROJECT") or None, period=os.environ.get("PERIOD") or None)
    print(path)
    return 0


def verify_receipt(settings: Settings) -> int:
    """Say whether the receipt FILE was signed by this installation and is unchanged."""
    from include.stage7_feedback.receipt import verify_receipt as verify

    file = _required("FILE", "make verify-receipt FILE=path/to/PE-01-0001_receipt.json")
    is_right, reason = verify(settings, Path(file))
    print(reason)
    return 0 if is_right else 1


def rule_impact(settings: Settings) -> int:
    """Show what RULE does, or in shadow would do, to everything received so far."""
    from include.platform import schema
    from include.stage7_feedback.impact import rule_impact as measure
    from include.stage7_feedback.impact_table import show

    rule = _required("RULE", "make rule-impact RULE=E04; docs/contract.md lists the rules")
    schema.prepare(settings)
    show(measure(settings, rule), Console(highlight=False))
    return 0


def backup(settings: Settings) -> int:
    """Write warehouse, archive, keys and answers to FILE, by default one below STATE/backups."""
    from include.operations.backup import backup as write

    file = os.environ.get("FILE")
    print(write(settings, Path(file) if file else None))
    return 0


def restore(settings: Settings) -> int:
    """Bring the backup FILE back into an empty STATE."""
    from include.operations.backup import restore as bring_back

    done = bring_back(settings, Path(_required("FILE", "make restore FILE=path/to/warehouse_20260220T070000Z.tar")))
    if done.logins:
        console.print(f"Country offices read again with the passwords they had: {', '.join(done.logins)}.")
    for login, reason in done.gone.items():
        console.print(f"{login}, a country office's login, is gone: {reason}", style="red", markup=False)
    console.print("The warehouse is back; the next night goes on from there.", style="green")
    return 0


def rebuild(settings: Settings) -> int:
    """Make the warehouse again from the archive and the registry, by a night; REPLACE=yes where it is not empty."""
    from include.operations.rebuild import refill_ledger

    deliveries = refill_ledger(settings, replace=os.environ.get("REPLACE") == "yes")
    console.print(f"{deliveries} deliveries of the archive are in the ledger; the night reads them again.")
    return nightly(settings)


def forget(settings: Settings) -> int:
    """Erase the name and tax id of ENTERPRISE, an enterprise_key of the marts; its figures stay."""
    from include.operations.forget import forget as erase

    done = erase(settings, _required("ENTERPRISE", "make forget ENTERPRISE=<enterprise_key of restricted.enterprise>"))
    print(f"Erased from {done.rows} rows and {done.copies} archived files; {done.answers} answers thrown away.")
    for place in done.left:
        print(f"It still stands in {place}.")
    for place in done.not_searched:
        print(f"Not looked into: {place}.")
    if not done.left:
        print("A search of all tables and files finds it no more.")
    print(f"Ask the partner to erase it from the files in the inbox: {', '.join(done.inbox_paths)}.")
    print(f"Backups made before still have it{': ' if done.backups else ''}{', '.join(done.backups)}.")
    return 0


def migration(settings: Settings) -> int:
    """Write the migration that leads to today's tables, called MESSAGE."""
    from include.platform import schema

    message = os.environ.get("MESSAGE")
    if not message:
        raise PlatformError('Say what the migration does: make migration MESSAGE="Add the due date".')
    path = schema.write_migration(settings, message)
    print(path or "The tables have not changed: no migration is needed.")
    return 0


COMMANDS: dict[str, Callable[[Settings], int]] = {
    command.__name__.replace("_", "-"): command
    for command in (
        *(prepare, nightly, up, serve, down, url, grant_country, revoke_country, demo, explain, template),
        *(verify_receipt, rule_impact, backup, restore, rebuild, forget, migration),
    )
}


def _required(variable: str, example: str) -> str:
    """The value of a variable a command cannot do without."""
    value = os.environ.get(variable)
    if not value:
        raise PlatformError(f"{variable} is missing: {example}")
    return value


def _finish_erasure(settings: Settings) -> None:
    """An erasure that was interrupted is finished first, whatever is asked for."""
    from include.operations import erasing

    if erasing.journal(settings).exists():
        from include.operations.forget import finish_interrupted
        from include.platform import database

        database.ensure_server(settings)
        if finish_interrupted(settings):
            console.print("An erasure that was interrupted has been finished.")


def _ensure_inputs(settings: Settings) -> None:
    """Make the default inbox and the demonstration registry where nothing else was asked for."""
    from include.demonstration import write_registry

    ensure_state(settings)
    if settings.inbox == str(settings.state / "inbox"):
        Path(settings.inbox).mkdir(exist_ok=True)
    if settings.registry_is_demonstration and not settings.registry.exists():
        write_registry(settings.registry, os.environ.get("SIZE") or "full")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m include", description=__doc__)
    subcommands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        subcommands.add_parser(name, help=command.__doc__)
    name = parser.parse_args(arguments).command
    try:
        settings = Settings.from_environment()
        if name not in ("down", "restore"):
            _finish_erasure(settings)
        return COMMANDS[name](settings)
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
