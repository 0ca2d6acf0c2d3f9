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
    from include.stage7_outputs.answers.answer import answer_partners as answer

    answer(current_night().settings)


def send_mail() -> None:
    """What waits in the outbox, by the connection `smtp_default` or `MAIL_SERVER`; without one it stays there."""
    from include.stage7_outputs.mail.sending import send_mail as send

    night = current_night()
    send(night.settings, night.engine("loader"), night.night_id, smtp_connection())


def build_data_docs() -> None:
    """Great Expectations' pages of the night, for the operator."""
    from include.stage7_outputs.pages.data_docs import build_data_docs as build

    night = current_night()
    build(night.engine("loader"), night.data_docs)


def build_dbt_docs() -> None:
    """dbt's page of models, columns and lineage, where they changed; a night does without it if need be."""
    from include.platform.nights import warn
    from include.stage5_transformation.dbt import TransformationFailed, WarehouseLost
    from include.stage5_transformation.docs import generate_if_changed

    night = current_night()
    try:
        generate_if_changed(night.settings)
    except WarehouseLost:
        raise  # tried again
    except TransformationFailed as error:
        with night.engine("loader").begin() as connection:
            warn(connection, night.night_id, "build_dbt_docs", f"dbt's documentation stays as it was: {error}")


def close_night() -> None:
    """The night has succeeded; its report goes into `ops.night_report`, the note of its runs and, if due, a mail."""
    from include.platform.nights import close_night as close
    from include.stage7_outputs.night_report.report import as_page, try_to_report
    from include.stage7_outputs.pages.index import write_index

    night = current_night()
    engine = night.engine("loader")
    close(engine, night.night_id, "succeeded")
    write_index(night.settings, engine)
    note_on_runs(as_page(try_to_report(night.settings, engine, night.night_id)))
    if any(night.settings.outbox.glob("report_*.eml")):
        with suppress(Exception):  # it waits for the next one that sends; the night is over and well
            send_mail()


@dag(schedule=[CANDIDATES], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def publish():
    """**When `marts` is done.** One atomic switch of all marts, reconciliation, answers to partners."""
    reconciled = night_task(reconcile_declared_totals)()
    closed = night_task(close_night)()
    night_task(switch_marts)() >> [reconciled, (documented := night_task(build_dbt_docs)())]
    documented >> closed
    reconciled >> night_task(answer_partners)() >> night_task(send_mail)() >> closed
    reconciled >> night_task(build_data_docs)() >> closed


publish()
