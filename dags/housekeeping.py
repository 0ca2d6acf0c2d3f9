"""DAG ``housekeeping``: looks after the nights every morning, and throws away what nobody will look at again."""

from __future__ import annotations

from airflow.sdk import dag, task

from include.platform.airflow_tasks import DEFAULT_ARGS, current_night, morning_schedule, smtp_connection


def tell_operator() -> None:
    """A night that failed or is late, a report that did not come, a rotten archive: messages to `OPERATOR_EMAIL`."""
    from datetime import UTC, datetime

    from include.operations.archive_check import verify_daily
    from include.operations.watch import look, report_failures, write_notice

    night, now = current_night(), datetime.now(UTC)
    engine = night.engine("loader")
    report_failures(night.settings, engine, now)
    notices = look(engine, now)
    notices.nights.extend(verify_daily(night.settings, engine, now))
    if notices:
        write_notice(night.settings, notices, now)


def send_mail() -> None:
    """What waits in the outbox, by the connection `smtp_default` or `MAIL_SERVER`; without one it stays there."""
    from include.stage7_outputs.mail.outbox import MailServer, send_outbox

    if smtp := smtp_connection():
        send_outbox(current_night().settings, MailServer.from_connection(**smtp))


def remove_old_files() -> None:
    """Logs and Data Docs older than `RETENTION_DAYS` (90), and rights that others should not have."""
    from datetime import UTC, datetime

    from include.operations.retention import remove_old_files as remove
    from include.platform.housekeeping import mark
    from include.platform.permissions import tighten
    from include.stage7_outputs.pages.index import write_index

    night = current_night()
    now = datetime.now(UTC)
    remove(night.settings, now, night.settings.retention_days)
    tighten(night.settings)
    write_index(night.settings, night.engine("loader"))
    mark(night.settings, now)


def clean_airflow() -> None:
    """Airflow's own history older than `RETENTION_DAYS` (90)."""
    from datetime import UTC, datetime

    from include.operations.retention import clean_airflow as clean

    settings = current_night().settings
    clean(settings, datetime.now(UTC), settings.retention_days)


@dag(schedule=morning_schedule(), catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["housekeeping"])
def housekeeping():
    """**Every morning at 05:00 in Lima**, or after a night that finds that it has not been done for a day.

    Tells the operator what went wrong; removes old logs, pages and history.
    """
    task(tell_operator)() >> task(send_mail)()
    task(remove_old_files)()
    task(clean_airflow)()


housekeeping()
