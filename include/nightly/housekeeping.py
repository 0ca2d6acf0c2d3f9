"""DAG ``housekeeping``: looks after the nights every morning, and throws away what nobody will look at again."""

from __future__ import annotations

from datetime import UTC, datetime

from include.platform.nights import Night


def tell_operator(night: Night) -> None:
    """A night that failed or is late, a report that did not come, a rotten archive: messages to `OPERATOR_EMAIL`."""
    from include.operations.watch import tell_operator as tell

    tell(night.settings, night.engine("loader"), datetime.now(UTC))


def send_mail(night: Night) -> None:
    """What waits in the outbox, by the connection `smtp_default` or `MAIL_SERVER`; without one it stays there."""
    from include.stage7_outputs.mail.outbox import MailServer, send_outbox

    if smtp := night.mail_server():
        send_outbox(night.settings, MailServer.from_connection(**smtp))


def remove_old_files(night: Night) -> None:
    """Logs and Data Docs older than `RETENTION_DAYS` (90), and rights that others should not have."""
    from include.operations.retention import remove_old_files as remove
    from include.platform.housekeeping import mark
    from include.platform.permissions import tighten
    from include.stage7_outputs.pages.index import write_index

    now = datetime.now(UTC)
    remove(night.settings, now, night.settings.retention_days)
    tighten(night.settings)
    write_index(night.settings, night.engine("loader"))
    mark(night.settings, now)


def clean_airflow(night: Night) -> None:
    """Airflow's own history older than `RETENTION_DAYS` (90)."""
    from include.operations.retention import clean_airflow as clean

    clean(night.settings, datetime.now(UTC), night.settings.retention_days)


STEPS = (tell_operator, send_mail, remove_old_files, clean_airflow)
