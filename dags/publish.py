"""DAG ``publish``: what was built and tested becomes what readers see."""

from __future__ import annotations

from contextlib import suppress

from airflow.sdk import dag

from include.platform.airflow_tasks import (
    CANDIDATES,
    DEFAULT_ARGS,
    current_night,
    night_task,
    note_on_runs,
    smtp_connection,
)


def switch_marts() -> None:
    """Carry the candidates' changed rows into `marts` and `restricted`, in one transaction."""
    from include.stage6_publication.promote import promote

    night = current_night()
    promote(night.engine("transformer"), night.night_id)


def reconcile_declared_totals() -> None:
    """Declared totals beside counted figures (X01)."""
    from include.stage6_publication.reconcile import reconcile

    night = current_night()
    reconcile(night.engine("loader"), night.data_docs)


def answer_partners() -> None:
    """Workbook, receipt and e-mail for every delivery that was judged or settled anew."""
    from include.stage7_feedback.answer import answer_partners as answer

    answer(current_night().settings)


def send_mail() -> None:
    """What waits in the outbox, by the connection `smtp_default`; without one it stays there."""
    from include.stage7_feedback.outbox import MailServer, send_outbox

    if smtp := smtp_connection():
        send_outbox(current_night().settings, MailServer.from_connection(**smtp))


def build_data_docs() -> None:
    """Great Expectations' pages of the night, for the operator."""
    from include.stage6_publication.data_docs import build_data_docs as build

    night = current_night()
    build(night.engine("loader"), night.data_docs)


def close_night() -> None:
    """The night has succeeded; its report goes into `ops.night_report`, the note of its runs and, if due, a mail."""
    from include.platform.nights import close_night as close
    from include.stage7_feedback.night_report import as_page, try_to_report

    night = current_night()
    engine = night.engine("loader")
    close(engine, night.night_id, "succeeded")
    note_on_runs(as_page(try_to_report(night.settings, engine, night.night_id)))
    if any(night.settings.outbox.glob("report_*.eml")):
        with suppress(Exception):  # it waits for the next one that sends; the night is over and well
            send_mail()


@dag(schedule=[CANDIDATES], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def publish():
    """**When `marts` is done.** One atomic switch of all marts, reconciliation, answers to partners."""
    reconciled = night_task(reconcile_declared_totals)()
    closed = night_task(close_night)()
    night_task(switch_marts)() >> reconciled
    reconciled >> night_task(answer_partners)() >> night_task(send_mail)() >> closed
    reconciled >> night_task(build_data_docs)() >> closed


publish()
