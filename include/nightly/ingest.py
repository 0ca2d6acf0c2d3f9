"""DAG ``ingest``: the registry, the new deliveries, and what stands in them."""

from __future__ import annotations

from include.platform.nights import Night


def load_registry(night: Night) -> None:
    """Check the office's folder as a whole; a broken one stops the night before anything is taken.

    Then what `make doctor` finds at a glance is noted for the night's report; it stops nothing.
    """
    from include.operations import erasing
    from include.operations.doctor.at_night import look_around
    from include.stage1_registry.night import begin_night

    if erasing.is_interrupted(night.settings):
        from include.operations.forget import finish_interrupted  # takes longer to import than the rest to do

        finish_interrupted(night.settings)
    begin_night(night.settings, night.night_id, night.accepts)
    look_around(night.settings, night.engine("loader"), night.night_id)


def load_reference_figures(night: Night) -> None:
    """Bring code lists, territories, rates and price indices into the warehouse, if their files changed."""
    from include.stage5_transformation.seeds import ensure_seeds

    ensure_seeds(night.settings)


def land_deliveries(night: Night) -> list[list[str]]:
    """Archive what is new in the inbox; returns the ids of what has to be read, in batches of equal weight."""
    from include.stage2_landing.land import land
    from include.stage3_reading.plan import plan_batches

    land(night.engine("loader"), night.settings.archive, night.night_id)
    return plan_batches(night.engine("loader"))


def read_batch(night: Night, submission_ids: list[str]) -> None:
    """Read each file of the batch into ``raw``; one that cannot be read is returned, the others go on."""
    from include.stage3_reading.batches import read_batch as read

    read(night.settings, submission_ids)


def hand_over_raw(_night: Night) -> None:
    """All that was taken is read: start ``validate``."""


STEPS = (load_registry, load_reference_figures, land_deliveries, read_batch, hand_over_raw)
