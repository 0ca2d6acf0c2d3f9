"""Commands that keep, bring back and change what the warehouse holds."""

from __future__ import annotations

from pathlib import Path

from include.commands import nights
from include.commands.told import console, required, told
from include.platform.settings import Settings


def backup(settings: Settings) -> int:
    """Write warehouse, archive, keys and answers to FILE, by default one below STATE/backups."""
    from include.operations.backup import backup as write

    file = told("FILE")
    print(write(settings, Path(file) if file else None))
    return 0


def restore(settings: Settings) -> int:
    """Bring the backup FILE back into an empty STATE."""
    from include.operations.backup import restore as bring_back

    bring_back(settings, Path(required("FILE", "make restore FILE=path/to/warehouse_20260220T070000Z.tar")))
    console.print("The warehouse is back; the next night goes on from there.", style="green")
    return 0


def rebuild(settings: Settings) -> int:
    """Make the warehouse again from the archive and the registry, by a night; REPLACE=yes where it is not empty."""
    from include.commands.inputs import check_inputs
    from include.operations.rebuild import refill_ledger

    check_inputs(settings)
    deliveries = refill_ledger(settings, replace=told("REPLACE") == "yes")
    console.print(f"{deliveries} deliveries of the archive are in the ledger; the night reads them again.")
    return nights.run_checked(settings)


def forget(settings: Settings) -> int:
    """Erase the name and tax id of ENTERPRISE, an enterprise_key of the marts; its figures stay."""
    from include.operations.forget import forget as erase

    done = erase(settings, required("ENTERPRISE", "make forget ENTERPRISE=<enterprise_key of restricted.enterprise>"))
    print(f"Erased from {done.rows} rows and {done.copies} archived files; {done.answers} answers thrown away.")
    print("Ask the partner to erase it from the files in the inbox; backups made before still have it.")
    return 0


def migration(settings: Settings) -> int:
    """Write the migration that leads to today's tables, called MESSAGE."""
    from include.platform import schema

    path = schema.write_migration(settings, required("MESSAGE", 'make migration MESSAGE="Add the due date"'))
    print(path or "The tables have not changed: no migration is needed.")
    return 0
