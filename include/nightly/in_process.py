"""A night in this process, without Airflow: for whoever needs many of them, or one that is soon over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from include.nightly import ingest, marts, publish, validate
from include.platform import schema
from include.platform.nights import Night
from include.platform.settings import Settings

Step = Callable[..., Any]

#: Every step of a night in its order.
STEPS: tuple[Step, ...] = (*ingest.STEPS, *validate.STEPS, *marts.STEPS, *publish.STEPS)
#: What judges anew all that was read before, and what shows it.
JUDGING: tuple[Step, ...] = validate.STEPS
SHOWING: tuple[Step, ...] = (
    ingest.load_reference_figures,
    *marts.STEPS,
    publish.switch_marts,
    publish.reconcile_declared_totals,
)

#: Steps that are given what another one returns: once, or once for each of it.
_GIVEN = {validate.judge_rows: validate.prepare_rows}
_GIVEN_EACH = {ingest.read_batch: ingest.land_deliveries}


def run_night(
    settings: Settings, night_id: str, accepts: Sequence[str] = (), without: Collection[Step] = publish.OUTPUTS
) -> None:
    """One night on the settings' inbox and registry, in a warehouse that is brought to today's state first.

    ``accepts`` is what the operator says is meant; the steps ``without`` are left out: at first those that make pages
    and answers, from which nothing in the warehouse follows.
    """
    schema.prepare(settings)
    run_steps(Night(night_id, settings, tuple(accepts)), [step for step in STEPS if step not in without])


def run_steps(night: Night, steps: Sequence[Step] = STEPS) -> None:
    """These steps of the night, one after the other; its connections are let go at the end."""
    try:
        for step in prepared(night, steps).values():
            step()
    finally:
        night.dispose()


def prepared(night: Night, steps: Sequence[Step]) -> dict[str, Callable[[], None]]:
    """Calls of the steps by the names of their tasks, in order; each can be called again, as a retry does."""
    returned: dict[Step, Any] = {}

    def call(step: Step) -> None:
        if step in _GIVEN_EACH:
            for each in returned[_GIVEN_EACH[step]]:
                step(night, each)
        elif step in _GIVEN:
            step(night, returned[_GIVEN[step]])
        else:
            returned[step] = step(night)

    return {step.__name__: partial(call, step) for step in steps}
