"""The dashboards, where there are some: whether they answer, and whether the marts answer their datasets."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from include.dashboards import fit, logins, process
from include.operations.doctor.check import Check, listed
from include.platform import database
from include.platform.settings import Settings

NAME = "dashboards"


def look_at_dashboards(settings: Settings, has_database: bool) -> Iterator[Check]:
    """Nothing where they were never set up here."""
    if not (settings.state / "superset" / "set-up.sha256").exists():
        return
    if process.answers(settings):
        yield Check(NAME, "ok", "they answer")
    else:
        yield Check(NAME, "warning", "they do not answer", f"{settings.command('dashboards')} starts them.")
    if not has_database:
        return
    engine = sa.create_engine(database.url(settings, logins.PROGRAMME), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            refused = dict(fit.misfits(connection, ("es",)))
    finally:
        engine.dispose()
    if refused:
        first = next(iter(refused.values())).splitlines()[0]
        step = "Run a night: marts of another version stand there. Until then these tiles show an error."
        yield Check(NAME, "warning", f"the marts do not answer {listed(refused)}: {first}", step)
