"""DAG ``ingest``: the registry, the new deliveries, and what stands in them."""

from __future__ import annotations

from airflow.sdk import dag

from include.nightly import ingest as steps
from include.platform.airflow_tasks import DEFAULT_ARGS, RAW, night_task, nightly_schedule

FILES = "{{ task.op_kwargs['submission_ids'] | length }} files"


@dag(schedule=nightly_schedule(), catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def ingest() -> None:
    """**Every night at 01:00 in Lima.** Loads the registry, takes new deliveries from the inbox, reads them.

    Conf of a triggered run: `night_id`, `as_of` (load date), `inbox`, `registry`; `accept_registry` and
    `accept_reversals` are `yes` where the operator says that it is meant; all optional.
    A broken registry stops the night here, with one message per fault in `ops.night.reason`.
    """
    registry = night_task(steps.load_registry)()
    figures = night_task(steps.load_reference_figures)()
    batches = night_task(steps.land_deliveries)()
    read = night_task(steps.read_batch, map_index_template=FILES).expand(submission_ids=batches)
    done = night_task(steps.hand_over_raw, outlets=[RAW], trigger_rule="none_failed")()

    registry >> [batches, figures]
    [read, figures] >> done


ingest()
