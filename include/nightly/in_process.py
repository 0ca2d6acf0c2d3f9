"""A night in this process, without Airflow: for whoever needs many of them, or one that is soon over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from include.nightly import ingest, marts, publish, validate
from include.platform import database, schema
from include.platform.nights import Night, last_night
from include.platform.settings import Settings

Step = Callable[..., Any]

#: Every step of a night in its order.
STEPS: tuple[Step, ...] = (*ingest.STEPS, *validate.STEPS, *marts.STEPS, *publish.STEPS)
#: The same without pages and messages, from which nothing in the warehouse follows.
WAREHOUSE = tuple(step for step in STEPS if step not in publish.OUTPUTS)
#: From the inbox to settled findings, and from there to the marts.
TAKING: tuple[Step, ...] = (*ingest.STEPS, *validate.STEPS)
SHOWING: tuple[Step, ...] = (*marts.STEPS, publish.reconcile_declared_totals, publish.switch_marts)

#: Steps that are taken once for each of what another one returns, and given it.
_GIVEN_EACH = {ingest.read_batch: ingest.land_deliveries}


def run_night(
    settings: Settings, night_id: str, accepts: Sequence[str] = (), steps: Sequence[Step] = WAREHOUSE
) -> None:
    """One night on the settings' inbox and registry, in a warehouse that is brought to today's state first.

    ``accepts`` is what the operator says is meant (``acceptances``).
    """
    schema.prepare(settings)
    run_steps(Night(night_id, settings, tuple(accepts)), steps)


def run_again(settings: Settings, steps: Sequence[Step]) -> None:
    """These steps of the night begun last once more. Raises LookupError where no night was begun."""
    with database.connected(settings, "loader") as connection:
        night_id = last_night(connection)
    if night_id is None:
        raise LookupError("no night was begun in this warehouse")
    run_steps(Night(night_id, settings), steps)


def run_steps(night: Night, steps: Sequence[Step]) -> None:
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
        else:
            returned[step] = step(night)

    return {step.__name__: partial(call, step) for step in steps}
