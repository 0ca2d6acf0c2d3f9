"""The stages of one night in this process, as the DAGs call them: for tests that need many nights."""

from __future__ import annotations

from include.platform import database, nights, schema
from include.platform.settings import Settings
from include.stage1_registry.night import begin_night
from include.stage2_landing.land import land
from include.stage3_reading.batches import plan_batches, read_batch
from include.stage4_validation import validate
from include.stage5_transformation.dbt import ensure_seeds
from include.stage5_transformation.inputs import build_if_changed
from include.stage6_publication.promote import promote
from include.stage6_publication.reconcile import reconcile


def run_night(settings: Settings, night_id: str) -> None:
    """One night on the settings' inbox and registry, from the registry to the switch of the marts."""
    schema.prepare(settings)
    loader, transformer = (database.engine(settings, role) for role in ("loader", "transformer"))
    reports = settings.reports / "data_docs" / night_id
    begin_night(settings, night_id)
    ensure_seeds(settings)
    land(loader, settings.archive, night_id)
    for batch in plan_batches(loader):
        read_batch(settings, batch)
    if validate.prepare(loader):
        validate.judge(loader, reports)
    validate.conclude(loader)
    build_if_changed(settings)
    promote(transformer)
    reconcile(loader, reports)
    nights.close_night(loader, night_id, "succeeded")
    loader.dispose()
    transformer.dispose()
