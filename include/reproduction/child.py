"""Run past nights in this process, one after the other: ``python -m include.reproduction.child PLAN``.

It is started in a copy of the project that judges by the rules of those nights (``project_copy``), with the settings of
the warehouse they are made in.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from include.nightly import in_process, ingest, marts, publish, validate
from include.platform import acceptances, causes, content, interruption, permissions
from include.platform.copying import copy_rows
from include.platform.nights import Night, close_night
from include.platform.settings import Settings
from include.platform.tables import submission
from include.reproduction import plans
from include.reproduction.scratch import write_registry
from include.stage3_reading.plan import plan_batches

#: What the office was asked then it has answered then.
_ACCEPTS = (acceptances.REGISTRY, acceptances.REVERSALS)


def run(settings: Settings, planned: plans.PlannedNight, kept: Path) -> None:
    """One past night with what it took, judged by its registry, which ``kept``, an archive, has."""
    write_registry(settings, content.read(kept, content.REGISTRY, planned.registry_sha256))
    night = Night(planned.night_id, replace(settings, as_of=planned.as_of), _ACCEPTS)
    try:
        loader = night.engine("loader")
        with loader.begin() as connection:
            copy_rows(connection, submission, planned.deliveries)
        in_process.run_steps(night, (ingest.load_registry, ingest.load_reference_figures))
        for batch in plan_batches(night.engine("loader")):
            ingest.read_batch(night, batch)
        in_process.run_steps(night, (*validate.STEPS, *marts.STEPS, publish.switch_marts))
        in_process.run_steps(night, (publish.reconcile_declared_totals,))
        close_night(night.engine("loader"), planned.night_id, "succeeded")
        if planned.moments:
            _set_moments(night.engine("loader"), planned)
    finally:
        night.dispose()


def _set_moments(loader: sa.Engine, planned: plans.PlannedNight) -> None:
    """The night was when it was."""
    with loader.begin() as connection:
        connection.execute(plans.SET_MOMENTS, {"night_id": planned.night_id, **planned.moments})


def main(plan: Path) -> int:
    """Run the nights of a plan; 1, and one sentence on standard error, where one of them cannot be made again."""
    settings = Settings.from_environment()
    kept, nights = plans.read(plan)
    for planned in nights:
        try:
            run(settings, planned, kept)
        except Exception as error:
            sys.stderr.write(f"night {planned.night_id} of {planned.as_of}: {causes.harmless(error)}\n")
            return 1
    return 0


if __name__ == "__main__":
    permissions.keep_to_owner()
    interruption.leave_to_parent()
    sys.exit(main(Path(sys.argv[1])))
