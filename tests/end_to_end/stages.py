"""The stages of one night in this process, as the DAGs call them: for tests that need many nights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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

Step = Callable[[], object]


def steps(settings: Settings, night_id: str, accepts: Sequence[str] = ()) -> dict[str, Step]:
    """The steps of a night by the names of their tasks, in their order; each can be called again, as a retry does.

    ``accepts`` is what the operator says is meant.
    """
    loader, transformer = (database.engine(settings, role) for role in ("loader", "transformer"))
    reports = settings.reports / "data_docs" / night_id

    def read() -> None:
        for batch in plan_batches(loader):
            read_batch(settings, batch)

    def close() -> None:
        nights.close_night(loader, night_id, "succeeded")
        loader.dispose()
        transformer.dispose()

    judged: list[int] = []
    return {
        "load_registry": lambda: begin_night(settings, night_id, accepts),
        "load_reference_figures": lambda: ensure_seeds(settings),
        "land_deliveries": lambda: land(loader, settings.archive, night_id),
        "read_batch": read,
        "prepare_rows": lambda: judged.append(validate.prepare(loader)),
        "judge_rows": lambda: judged[-1] and validate.judge(loader, reports),
        "settle_submissions": lambda: validate.conclude(loader, reports, night_id),
        "build_candidates": lambda: build_if_changed(settings),
        "switch_marts": lambda: promote(transformer, night_id),
        "reconcile_declared_totals": lambda: reconcile(loader, reports),
        "close_night": close,
    }


def run_night(settings: Settings, night_id: str, accepts: Sequence[str] = ()) -> None:
    """One night on the settings' inbox and registry, from the registry to the switch of the marts."""
    schema.prepare(settings)
    for step in steps(settings, night_id, accepts).values():
        step()
