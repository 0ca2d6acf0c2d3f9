"""DAG ``publish``: what was built and tested becomes what readers see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from include.platform.nights import Night


def reconcile_declared_totals(night: Night) -> None:
    """Declared totals beside counted figures (X01), those of the candidates."""
    from include.stage6_publication.reconcile import reconcile

    _of_candidates(night, lambda: reconcile(night.engine("loader"), night.data_docs))


def switch_marts(night: Night) -> None:
    """Carry the candidates' changed rows into `marts` and `restricted`, in one transaction; then the archive knows.

    What changed is vacuumed and analysed, for readers and for the next switch: here, because a task of its own would
    cost a quiet night more than that.
    """
    from include.stage6_publication import statistics
    from include.stage6_publication.kept_nights import keep
    from include.stage6_publication.promote import PUBLISHED, promote

    _of_candidates(night, lambda: promote(night.engine("transformer"), night.night_id))
    keep(night.engine("loader"), night.settings.archive)
    statistics.refresh(night.engine("transformer"), *PUBLISHED.values())


def _of_candidates(night: Night, step: Callable[[], Any]) -> None:
    """Take a step that reads the candidates; those that a crash of the server has emptied are built again first."""
    from include.nightly.marts import build_candidates
    from include.stage6_publication.promote import CandidatesLost, check_candidates

    try:
        with night.engine("transformer").connect() as connection:
            check_candidates(connection)
        step()
    except CandidatesLost:
        build_candidates(night)
        step()


def answer_partners(night: Night) -> None:
    """Workbook, receipt and e-mail for every delivery that was judged or settled anew."""
    from include.stage7_outputs.answers.answer import answer_partners as answer

    answer(night.settings)


def send_mail(night: Night) -> None:
    """What waits in the outbox, by the connection `smtp_default` or `MAIL_SERVER`; without one it stays there."""
    from include.stage7_outputs.mail.sending import send_mail as send

    send(night.settings, night.engine("loader"), night.night_id, night.mail_server())


def build_data_docs(night: Night) -> None:
    """Great Expectations' pages of the night, for the operator."""
    from include.stage7_outputs.pages.data_docs import build_data_docs as build

    build(night.engine("loader"), night.data_docs)


def build_dbt_docs(night: Night) -> None:
    """dbt's page of models, columns and lineage, where they changed; a night does without it if need be."""
    from include.platform.nights import warn
    from include.stage5_transformation.docs import generate_if_changed
    from include.stage5_transformation.outcome import TransformationFailed, WarehouseLost

    try:
        generate_if_changed(night.settings)
    except WarehouseLost:
        raise  # tried again
    except TransformationFailed as error:
        with night.engine("loader").begin() as connection:
            warn(connection, night.night_id, "build_dbt_docs", f"dbt's documentation stays as it was: {error}")


def close_night(night: Night) -> None:
    """The night has succeeded; its report goes into `ops.night_report`, the note of its runs and, if due, a mail."""
    from include.platform.nights import close_night as close
    from include.stage7_outputs.night_report.report import as_page, try_to_report
    from include.stage7_outputs.pages.index import write_index

    engine = night.engine("loader")
    close(engine, night.night_id, "succeeded")
    write_index(night.settings, engine)
    night.show(as_page(try_to_report(night.settings, engine, night.night_id)))
    if any(night.settings.outbox.glob("report_*.eml")):
        with suppress(Exception):  # it waits for the next one that sends; the night is over and well
            send_mail(night)


STEPS = (
    reconcile_declared_totals,
    switch_marts,
    answer_partners,
    send_mail,
    build_data_docs,
    build_dbt_docs,
    close_night,
)
#: What partners and the operator get; nothing in the warehouse follows from it.
OUTPUTS = (answer_partners, send_mail, build_data_docs, build_dbt_docs)
