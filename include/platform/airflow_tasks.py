"""What every task of the night shares: its settings and night, and which failures are worth a retry."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import logging
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from airflow.sdk import Asset, Connection, CronTriggerTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException, AirflowTaskTimeout

from include.platform import acceptances, causes, nights, permissions, processes
from include.platform.airflow_environment import MORNING, NIGHTLY, port_file
from include.platform.nights import Night
from include.platform.settings import LIMA, Settings

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

RETRIES = 3
#: The DAG whose run begins a night and bears its name.
FIRST_DAG = "ingest"

#: Told to every task of the night: a lost connection is waited for, ever longer.
DEFAULT_ARGS: dict[str, Any] = {
    "owner": "warehouse",
    "retries": RETRIES,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=2),
}

#: Each is updated when its stage of the night is done, and starts the next DAG.
RAW = Asset("raw", uri="warehouse://raw")
FINDINGS = Asset("findings", uri="warehouse://ops/finding")
CANDIDATES = Asset("candidates", uri="warehouse://candidate_marts")


def nightly_schedule() -> CronTriggerTimetable | None:
    """When a night begins by itself: ``NIGHT_SCHEDULE``, a cron line in Lima's time; empty for never."""
    cron = os.environ.get("NIGHT_SCHEDULE", NIGHTLY)
    return CronTriggerTimetable(cron, timezone=str(LIMA)) if cron else None


def morning_schedule() -> CronTriggerTimetable | None:
    """When the morning's look at the night is taken; never while the nights do not run by themselves."""
    return CronTriggerTimetable(MORNING, timezone=str(LIMA)) if nightly_schedule() else None


def current_night() -> Night:
    """The night of the running task, from what started its DAG run: its conf, or the asset of the stage before."""
    permissions.keep_to_owner()
    context = get_current_context()
    settings = Settings.from_environment()
    conf = context["dag_run"].conf or {}
    settings = dataclasses.replace(
        settings,
        inbox=conf.get("inbox", settings.inbox),
        registry=Path(conf.get("registry", settings.registry)),
        as_of=date.fromisoformat(conf["as_of"]) if "as_of" in conf else settings.as_of,
    )
    if "night_id" in conf:
        return Night(conf["night_id"], settings, acceptances.of_conf(conf), smtp_connection, note_on_runs)
    events = [event for events in context.get("triggering_asset_events", {}).values() for event in events]
    if events:
        begun_by = max(events, key=lambda event: event.timestamp)
        return Night(begun_by.extra["night_id"], settings, (), smtp_connection, note_on_runs)
    return Night(context["run_id"], settings, acceptances.of_conf(conf), smtp_connection, note_on_runs)


def smtp_connection() -> dict[str, Any] | None:
    """Host, port, login, password and extra of the mail server; None where nobody has set one up.

    That is Airflow's connection ``smtp_default``, or else what the settings say.
    """
    try:
        smtp = Connection.get("smtp_default")
    except AirflowNotFoundException:
        mail = Settings.from_environment().mail
        return mail.as_connection() if mail else None
    return {
        "host": smtp.host,
        "port": smtp.port,
        "login": smtp.login,
        "password": smtp.password,
        "extra": smtp.extra_dejson,
    }


def night_task(step: Callable[Concatenate[Night, Parameters], Result], **options: Any) -> Any:
    """``@task`` for a step of the night, which is called with the current one.

    Failures that a retry cannot mend end the night at once, with the reason; the last failure of a step is written to
    ``ops.night``, where the operator and ``make nightly`` read it. Where it is done, the DAGs that wait for the
    ``outlets`` of ``options`` are told for which night.
    """

    @functools.wraps(step)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            result = step(night := current_night(), *args, **kwargs)
        except AirflowTaskTimeout:
            said = (
                "it hung and was ended; nothing is lost: see its log for what it waited for, then run the night again"
            )
            _record_failure(f"{_name_of_step()}: {said}")
            raise AirflowFailException(said) from None
        except Exception as error:
            passing = causes.is_passing(error)
            said = causes.in_words(error)
            if not passing or get_current_context()["ti"].try_number > RETRIES:
                _record_failure(f"{_name_of_step()}: {said}")
            if passing:
                raise
            raise AirflowFailException(said) from (None if causes.is_of_database(error) else error)
        for asset in options.get("outlets", ()):
            get_current_context()["outlet_events"][asset].extra = {"night_id": night.night_id}
        return result

    return task(_without_night(run, step), **options)


def morning_task(step: Callable[[Night], object]) -> Any:
    """``@task`` for a step that is of no night: its failure fails nothing else."""

    @functools.wraps(step)
    def run() -> None:
        step(current_night())

    return task(_without_night(run, step))


def _without_night(run: Callable[..., Result], step: Callable[..., Any]) -> Callable[..., Result]:
    """``run`` with the parameters Airflow has to give: those of ``step`` but the night."""
    signature = inspect.signature(step)
    run.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    return run


def note_on_runs(text: str) -> None:
    """Show ``text`` (Markdown) on the page of this run and on that of the night's first run."""
    running = get_current_context()["dag_run"]
    _note([(running.dag_id, running.run_id), (FIRST_DAG, current_night().night_id)], text)


def note_on_run(dag_id: str, run_id: str, text: str) -> None:
    """Show ``text`` (Markdown) on the page of a run."""
    _note([(dag_id, run_id)], text)


def _note(runs: list[tuple[str, str]], text: str) -> None:
    """An Airflow that somebody else runs has no note, and a note that cannot be written fails nothing."""

    def write(api: Any) -> None:  # in one session: to sign in takes longer than all notes
        for dag_id, run_id in runs:
            api.note(dag_id, run_id, text)

    _ask_airflow("the note on the run could not be written", write, None)


def is_at_work(dag_id: str, run_id: str) -> bool:
    """Whether a run still goes on or waits for somebody; so it is taken to be where Airflow cannot be asked."""
    return _ask_airflow("Airflow could not be asked", lambda api: api.is_at_work(dag_id, run_id), True)


def _ask_airflow(otherwise: str, question: Callable[[Any], Result], answer: Result) -> Result:
    import httpx

    from include.platform.airflow_api import AirflowApi
    from include.platform.errors import PlatformError

    settings = Settings.from_environment()
    if not os.environ.get("AIRFLOW_API_URL") and processes.remembered_port(port_file(settings)) is None:
        return answer
    try:
        with AirflowApi(settings) as api:
            return question(api)
    except (PlatformError, httpx.HTTPError, OSError) as error:
        logging.getLogger(__name__).warning("%s: %s", otherwise, type(error).__name__)
        return answer


def _name_of_step() -> str:
    running = get_current_context()["ti"]
    return f"{running.dag_id}.{running.task_id}"


def _record_failure(reason: str) -> None:
    night = current_night()
    try:
        nights.close_night(night.engine("loader"), night.night_id, "failed", reason)
    except sa.exc.SQLAlchemyError:
        logging.getLogger(__name__).exception("the reason could not be written to ops.night")
    finally:
        night.dispose()
