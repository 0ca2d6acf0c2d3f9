"""DAG ``ingest``: the registry, the new deliveries, and what stands in them."""

from __future__ import annotations

from airflow.sdk import dag

from include.platform.airflow_tasks import DEFAULT_ARGS, RAW, current_night, hand_over, night_task, nightly_schedule


def load_registry() -> None:
    """Check the office's folder as a whole; a broken one stops the night before anything is taken.

    Then what `make doctor` finds at a glance is noted for the night's report; it stops nothing.
    """
    from include.operations.doctor.at_night import look_around
    from include.operations.forget import finish_interrupted
    from include.stage1_registry.night import begin_night

    night = current_night()
    finish_interrupted(night.settings)
    begin_night(night.settings, night.night_id, night.accepts)
    look_around(night.settings, night.engine("loader"), night.night_id)


def load_reference_figures() -> None:
    """Bring code lists, territories, rates and price indices into the warehouse, if their files changed."""
    from include.stage5_transformation.dbt import ensure_seeds

    ensure_seeds(current_night().settings)


def land_deliveries() -> list[list[str]]:
    """Archive what is new in the inbox; returns the ids of what has to be read, in batches of equal weight."""
    from include.stage2_landing.land import land
    from include.stage3_reading.batches import plan_batches

    night = current_night()
    engine = night.engine("loader")
    land(engine, night.settings.archive, night.night_id)
    return plan_batches(engine)


def read_batch(submission_ids: list[str]) -> None:
    """Read each file of the batch into ``raw``; one that cannot be read is returned, the others go on."""
    from include.stage3_reading.batches import read_batch as read

    read(current_night().settings, submission_ids)


def hand_over_raw() -> None:
    """All that was taken is read: start ``validate``."""
    hand_over(RAW)


@dag(
    schedule=nightly_schedule(),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["night"],
)
def ingest():
    """**Every night at 01:00 in Lima.** Loads the registry, takes new deliveries from the inbox, reads them.

    Conf of a triggered run: `night_id`, `as_of` (load date), `inbox`, `registry`; `accept_registry` and
    `accept_reversals` are `yes` where the operator says that it is meant; all optional.
    A broken registry stops the night here, with one message per fault in `ops.night.reason`.
    """
    read = night_task(read_batch, map_index_template="{{ task.op_kwargs['submission_ids'] | length }} files").expand(
        submission_ids=(batches := night_task(land_deliveries)())
    )
    done = night_task(hand_over_raw, outlets=[RAW], trigger_rule="none_failed")()
    night_task(load_registry)() >> [batches, (figures := night_task(load_reference_figures)())]
    [read, figures] >> done


ingest()
