"""Stages of a night on a copy of a sample, for tests that need another night and not its Airflow."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from include.platform import database
from include.platform.settings import Settings
from include.stage1_registry.night import begin_night
from include.stage2_landing.land import land
from include.stage3_reading.batches import plan_batches, read_batch
from include.stage4_validation import validate
from include.stage5_transformation.dbt import ensure_seeds
from include.stage5_transformation.inputs import build_if_changed
from include.stage6_publication.promote import promote
from include.stage6_publication.reconcile import reconcile
from include.stage7_outputs.answers.write import write_feedback


def take(settings: Settings, night_id: str, accepts: Sequence[str] = ()) -> None:
    """From the inbox to settled findings; ``accepts`` is what the operator says is meant."""
    begin_night(settings, night_id, accepts)
    loader = database.engine(settings, "loader")
    try:
        land(loader, settings.archive, night_id)
        for batch in plan_batches(loader):
            read_batch(settings, batch)
    finally:
        loader.dispose()
    judge(settings, night_id)


def judge(settings: Settings, night_id: str) -> None:
    """From what was read before to settled findings."""
    loader = database.engine(settings, "loader")
    try:
        if validate.prepare(loader):
            validate.judge(loader, settings.reports / "data_docs" / night_id)
        validate.conclude(loader, settings.reports / "data_docs" / night_id)
    finally:
        loader.dispose()


def publish(settings: Settings, night_id: str) -> None:
    """From settled findings to marts and answers."""
    ensure_seeds(settings)
    build_if_changed(settings)
    transformer, loader = (database.engine(settings, role) for role in ("transformer", "loader"))
    try:
        promote(transformer)
        reconcile(loader, settings.reports / "data_docs" / night_id)
    finally:
        transformer.dispose()
        loader.dispose()
    write_feedback(settings)


if __name__ == "__main__":
    here = Settings.from_environment()
    judge(here, sys.argv[1])
    publish(here, sys.argv[1])
