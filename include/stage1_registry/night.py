"""The beginning of a night: enter it, see that all is as it was left, then load the registry it works by."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from include.platform import content, database, installation, nights, readers
from include.platform.code_version import code_version
from include.platform.settings import Settings, load_date
from include.platform.tables import night
from include.stage1_registry.load import load_registry


def begin_night(settings: Settings, night_id: str, accepts: Sequence[str] = ()) -> None:
    """Enter the night and load its registry; ``accepts`` is what the operator says is meant (``acceptances``).

    Raises RegistryBroken with every fault at once. Readers that changed the settings of their logins get them back.
    Raises AnotherInstallation where the keys are not those the warehouse was filled with, and NightGoesBack, before
    anything else, where its load date lies before that of the last night that published.
    """
    with database.opened(settings, "loader") as engine:
        with engine.connect() as connection:
            installation.check_connection(connection, settings)
            nights.check_date(connection, load_date(settings), settings)
        nights.open_night(engine, night_id, load_date(settings), settings.inbox, str(settings.registry), accepts)
        with engine.begin() as connection:
            for login in readers.put_back(connection):
                said = f"The login {login} had changed its own settings; they were put back (docs/access.md)."
                nights.warn(connection, night_id, "load_registry", said, login)
        load_registry(engine, nights.registry_of(engine, night_id), night_id, settings.archive)
        _keep_what_it_judges_by(engine, settings, night_id)


def _keep_what_it_judges_by(engine: sa.Engine, settings: Settings, night_id: str) -> None:
    """Keep code lists, rates and rules by content, and name all that the night judges by in its row."""
    reference, rules = content.reference_files(), content.rules_file()
    with engine.begin() as connection:
        connection.execute(
            sa.update(night)
            .where(night.c.night_id == night_id)
            .values(
                registry_sha256=content.loaded_registry(connection),
                reference_sha256=content.keep(settings.archive, content.REFERENCE, reference),
                rules_sha256=content.keep(settings.archive, content.RULES, rules),
                code_version=code_version(),
            )
        )
