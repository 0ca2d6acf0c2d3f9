"""Commands that keep, bring back and change what the warehouse holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from include.commands import nights
from include.commands.told import console, required, told, told_yes
from include.platform.settings import Settings

if TYPE_CHECKING:
    from include.closing.keeping import BroughtBack


def backup(settings: Settings) -> int:
    """Write warehouse, archive, keys and answers to FILE, by default one below STATE/backups."""
    from include.operations.backup import backup as write

    file = told("FILE")
    print(write(settings, Path(file) if file else None))
    return 0


def restore(settings: Settings) -> int:
    """Bring the backup FILE back into an empty STATE."""
    from include.operations.backup import restore as bring_back

    done = bring_back(settings, Path(required("FILE", "make restore FILE=path/to/warehouse_20260220T070000Z.tar")))
    if done.logins:
        console.print(f"Country offices read again with the passwords they had: {', '.join(done.logins)}.")
    for login, reason in done.gone.items():
        console.print(f"{login}, a country office's login, is gone: {reason}", style="red", markup=False)
    _tell(done.releases)
    if done.people:
        console.print(f"People of Airflow sign in again with the passwords they had: {', '.join(done.people)}.")
    if done.without_people:
        said = f"These people cannot sign in to Airflow: make them again by make user. {done.without_people}"
        console.print(said, style="red", markup=False)
    if done.of_dashboards:
        again = settings.command("dashboards")
        console.print(f"{again} lets in again, with the passwords they had: {', '.join(done.of_dashboards)}.")
    if done.without_dashboards:
        said = f"The dashboards are without people and pages of before: {done.without_dashboards}"
        console.print(f"{said} make dashboards-user makes people again.", style="red", markup=False)
    console.print("The warehouse is back; the next night goes on from there.", style="green")
    return 0


def _tell(releases: BroughtBack) -> None:
    if releases.releases:
        console.print(f"Releases are back, as they were signed: {', '.join(releases.releases)}.")
    for line in releases.said:
        console.print(line, style="red", markup=False)


def rebuild(settings: Settings) -> int:
    """Make the warehouse again from the archive and the registry, by a night; REPLACE=yes where it is not empty.

    HISTORY=yes: night by night, so that the history of figures is made again as well.
    """
    from include.commands.inputs import check_inputs
    from include.operations.rebuild import refill_ledger
    from include.reproduction.replay import replay

    with_history, replace = told_yes("HISTORY"), told_yes("REPLACE")
    check_inputs(settings)
    if with_history:
        replayed = replay(settings, say=console.print)
        console.print(f"{replayed.nights} nights are there again; the next one goes on from them.")
        _tell(replayed.releases)
        return nights.run_checked(settings)
    done = refill_ledger(settings, replace=replace)
    console.print(f"{done.deliveries} deliveries of the archive are in the ledger; the night reads them again.")
    _tell(done.releases)
    return nights.run_checked(settings)


def forget(settings: Settings) -> int:
    """Erase the name and tax id of ENTERPRISE, an enterprise_key of the marts; its figures stay."""
    from include.operations.forget import forget as erase

    done = erase(settings, required("ENTERPRISE", "make forget ENTERPRISE=<enterprise_key of restricted.enterprise>"))
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


def finish_erasure(settings: Settings) -> None:
    """An erasure that was interrupted is finished first, whatever is asked for."""
    from include.operations import erasing

    if erasing.is_interrupted(settings):
        from include.operations.forget import finish_interrupted
        from include.platform import database

        database.ensure_server(settings)
        if finish_interrupted(settings):
            console.print("An erasure that was interrupted has been finished.")


def migration(settings: Settings) -> int:
    """Write the migration that leads to today's tables, called MESSAGE."""
    from include.platform import schema

    path = schema.write_migration(settings, required("MESSAGE", 'make migration MESSAGE="Add the due date"'))
    print(path or "The tables have not changed: no migration is needed.")
    return 0
