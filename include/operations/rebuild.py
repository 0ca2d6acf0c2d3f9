"""Make the warehouse again from the archive: the ledger from its manifests, all else by a night.

All of the archive is looked at first, beside what the database knows of it: where something is rotten or missing
nothing changes.

Figures come out as they were, since every stage works on what it finds undone. Pseudonymous keys do only where
``STATE/secrets/pseudonym_key`` is still there. The nights that published are entered again from the archive's list.
Each delivery keeps the load date it was taken with and stays the duplicate or version that it was. The history of
figures begins anew (``reproduction/replay.py`` makes it again). Releases come back as they were signed.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from include.closing import keeping
from include.operations.archive_check import Known, look
from include.platform import database, nights, schema
from include.platform.copying import copy_rows
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.platform.tables import finding, inbox_file, raw, reading_finding, sheet_reading, submission
from include.stage2_landing import manifest
from include.stage2_landing.land import known_files
from include.stage5_transformation import pending
from include.stage6_publication import kept_nights

#: So many faults of an archive are named.
NAMED_FAULTS = 50


@dataclass(frozen=True)
class Refilled:
    """How many deliveries the ledger has again, and the releases that are back."""

    deliveries: int
    releases: keeping.BroughtBack


def refill_ledger(settings: Settings, replace: bool = False) -> Refilled:
    """Enter every archived delivery as landed, to be read and judged by the next night, and every release as signed.

    With ``replace`` what was read and found before goes first, in the same transaction; marts stay as they are until
    that night's switch. Raises PlatformError where the ledger is not empty and not to be replaced, or where the
    archive is not whole, naming what is rotten or missing.
    """
    schema.prepare(settings)
    kept = _kept_nights(settings)
    with database.transaction(settings, "loader") as connection:
        known = Known.of(connection)
        if known.ledger and not replace:
            raise PlatformError("The ledger is not empty. To read all of the archive again, add REPLACE=yes.")
        deliveries = _whole_archive(settings, known)
        for table in (*raw.values(), reading_finding, sheet_reading, finding, inbox_file, submission):
            connection.execute(sa.delete(table))
        decided = kept_nights.decisions(kept)
        copy_rows(connection, submission, [kept_nights.as_decided(one, decided) for one in deliveries])
        copy_rows(connection, inbox_file, known_files(deliveries))
        kept_nights.enter(connection, kept)
    _build_everything(settings)
    return Refilled(len(deliveries), keeping.bring_back(settings))


def _kept_nights(settings: Settings) -> list[kept_nights.KeptNight]:
    """The nights of the archive's list. Raises PlatformError where it is broken, NightGoesBack as a night does."""
    try:
        kept = kept_nights.read(settings.archive)
    except kept_nights.NightsBroken as error:
        raise PlatformError(f"{error}. Nothing was changed. Bring it back from a backup.") from None
    nights.check_load_date(settings, max((one.row["as_of"] for one in kept), default=None))
    return kept


def _whole_archive(settings: Settings, known: Known) -> list[manifest.Delivery]:
    """Every delivery of the archive. Raises PlatformError where it is not whole, or lacks what the database knows."""
    checked = look(settings.archive, known)
    if faults := checked.faults:
        named = "\n".join(faults[:NAMED_FAULTS]) + ("\n…" if len(faults) > NAMED_FAULTS else "")
        raise PlatformError(
            f"The archive is not whole ({len(faults)} faults); nothing was changed. Bring these files back from a "
            f"backup:\n{named}"
        )
    if not checked.whole:
        raise PlatformError(f"There is no delivery in {settings.archive}.")
    return checked.whole


def _build_everything(settings: Settings) -> None:
    """What is read anew may come out otherwise with the same verdict: nothing of the last build counts."""
    with database.transaction(settings, "transformer") as connection:
        pending.add_everything(connection)
