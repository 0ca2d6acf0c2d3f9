"""The beginning of a night: enter it, then load the registry it works by."""

from __future__ import annotations

from collections.abc import Sequence

from include.platform import database, nights
from include.platform.settings import Settings, load_date
from include.stage1_registry.load import load_registry


def begin_night(settings: Settings, night_id: str, accepts: Sequence[str] = ()) -> None:
    """Enter the night and load its registry; ``accepts`` is what the operator says is meant (``acceptances``).

    Raises RegistryBroken with every fault at once.
    """
    engine = database.engine(settings, "loader")
    try:
        nights.open_night(engine, night_id, load_date(settings), settings.inbox, str(settings.registry), accepts)
        load_registry(engine, nights.registry_of(engine, night_id), night_id)
    finally:
        engine.dispose()
