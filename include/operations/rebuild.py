"""Make the warehouse again from the archive: the ledger from its manifests, all else by a night.

Figures come out as they were, since every stage works on what it finds undone. Pseudonymous keys do only where
``STATE/secrets/pseudonym_key`` is still there. The history of nights is gone; each delivery keeps the load date it was
taken with.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.platform import database, schema
from include.platform.copying import copy_rows
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.platform.tables import finding, inbox_file, raw, reading_finding, sheet_reading, submission
from include.stage2_landing.manifest import read_manifests
from include.stage5_transformation import pending


def refill_ledger(settings: Settings, replace: bool = False) -> int:
    """Enter every archived delivery as landed, to be read and judged by the next night; returns how many there are.

    With ``replace`` what was read and found before goes first, in the same transaction; marts stay as they are until
    that night's switch. Raises PlatformError where the ledger is not empty and not to be replaced, or where the
    archive is not whole.
    """
    schema.prepare(settings)
    try:
        deliveries = list(read_manifests(settings.archive))
    except ValueError as error:
        raise PlatformError(str(error)) from None
    if not deliveries:
        raise PlatformError(f"There is no delivery in {settings.archive}.")
    engine = database.engine(settings, "loader")
    try:
        with engine.begin() as connection:
            if not replace and connection.scalar(sa.select(sa.exists(sa.select(submission.c.submission_id)))):
                raise PlatformError("The ledger is not empty. To read all of the archive again, add REPLACE=yes.")
            for table in (*raw.values(), reading_finding, sheet_reading, finding, inbox_file, submission):
                connection.execute(sa.delete(table))
            copy_rows(connection, submission, deliveries)
            # Without the store's mark each file is looked at once more, and found to be known.
            last = {delivery["inbox_path"]: delivery["sha256"] for delivery in sorted(deliveries, key=_number)}
            copy_rows(
                connection,
                inbox_file,
                [{"inbox_path": path, "fingerprint": "", "sha256": sha256} for path, sha256 in last.items()],
            )
    finally:
        engine.dispose()
    _build_everything(settings)
    return len(deliveries)


def _build_everything(settings: Settings) -> None:
    """What is read anew may come out otherwise with the same verdict: nothing of the last build counts."""
    engine = database.engine(settings, "transformer")
    try:
        with engine.begin() as connection:
            pending.add_everything(connection)
    finally:
        engine.dispose()


def _number(delivery: dict[str, int]) -> int:
    return delivery["delivery_number"]
