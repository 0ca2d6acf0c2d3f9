"""DAG ``close_period``: two people sign a period; what they signed never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from include.platform.airflow_tasks import DEFAULT_ARGS, is_at_work, note_on_run
from include.platform.errors import PlatformError
from include.platform.settings import Settings

_ANSWER = "answer"


class Approval(ApprovalOperator):
    """An approval that asks when it begins: what is to be signed, and who may."""

    def __init__(self, *, people: str, **options: Any) -> None:
        super().__init__(subject="Close a period", **options)
        self.people = people

    def execute(self, context: Any) -> Any:
        """Ask the people of ``CLOSERS`` or ``SIGNERS``."""
        from include.closing.steps import to_approve

        self.subject, self.body, self.assigned_users = _or_void(to_approve, context["run_id"], self.people)
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Keep the answer where the last step finds it: Airflow keeps none that rejects."""
        context["ti"].xcom_push(key=_ANSWER, value=event)
        return super().execute_complete(context, event)


def _or_void(step: Callable[..., Any], run_id: str, *told: Any) -> Any:
    """What a step returns. Where it raises what is meant for people, the proposal is void and the run fails."""
    from include.closing.steps import give_up

    settings = Settings.from_environment()
    try:
        return step(settings, run_id, *told)
    except PlatformError as error:
        give_up(settings, run_id, str(error))
        raise AirflowFailException(str(error)) from None


def _answers() -> list[Any]:
    from include.closing.steps import answer

    running = get_current_context()["ti"]
    return [answer(running.xcom_pull(task_ids=name, key=_ANSWER)) for name in ("approve", "sign")]


def propose() -> None:
    """Refuse what cannot be closed; else the proposal waits for its approvals."""
    from include.closing.steps import propose as enter

    context = get_current_context()
    dag_id, run_id, told = context["dag"].dag_id, context["run_id"], context["params"]
    try:
        _or_void(enter, run_id, told["period"].strip(), told["note"], lambda other: is_at_work(dag_id, other))
    except AirflowFailException as error:
        note_on_run(dag_id, run_id, str(error))
        raise


def compare_people() -> None:
    """Nobody approves twice: Airflow has no such rule."""
    from include.closing.steps import compare

    _or_void(lambda settings, _, *answers: compare(settings, *answers), get_current_context()["run_id"], *_answers())


def release() -> None:
    """Sign the figures and enter them, unless a night has published since they were shown."""
    from include.closing.steps import publish

    _or_void(publish, get_current_context()["run_id"], *_answers())


def conclude() -> None:
    """Say on the run's page what it came to."""
    from include.closing.steps import conclude as end

    context = get_current_context()
    is_well, said = end(Settings.from_environment(), context["run_id"], *_answers())
    if said:
        note_on_run(context["dag"].dag_id, context["run_id"], said)
    if not is_well:
        raise AirflowFailException(said or "nothing was proposed")


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=16,  # one that waits for people keeps no other from being refused
    default_args=DEFAULT_ARGS,
    params={
        "period": Param("", type="string", title="Period", description="Such as 2025-S2."),
        "note": Param("", type=["null", "string"], title="Note", description="Why; needed to close a period again."),
    },
    tags=["closing"],
)
def close_period() -> None:
    """**Two people sign a period.** One of `CLOSERS` proposes it, another one, of `SIGNERS`, signs it.

    What they see is what is signed: a night that publishes meanwhile makes the proposal void. The release is in
    `marts.release` and `marts.release_figure`, and in `STATE/archive/releases`.
    """
    reason = Param(None, type=["null", "string"], title="Reason", description="Where you reject it: why.")
    asked = {"params": {"reason": reason}, "execution_timeout": None}  # people may take days
    proposed = Approval(task_id="approve", people="CLOSERS", **asked)
    signed = Approval(task_id="sign", people="SIGNERS", **asked)
    # Airflow skips what follows a rejection directly, whatever its rule: the last step follows none.
    task(propose)() >> proposed >> signed >> task(compare_people)() >> (released := task(release)())
    released >> task(trigger_rule="all_done")(conclude)()


close_period()
