"""Withdrawals that change nothing: told to the operator, because whoever wrote them thought they would."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform import nights

STEP = "settle_submissions"

_WITHOUT_EFFECT = sa.text("""
select s.submission_id, s.status
from registry.withdrawals as w
inner join ops.submission as s on s.submission_id = w.submission_id
where s.status in ('returned', 'duplicate')
order by s.submission_id
""")


def note_withdrawals_without_effect(connection: sa.Connection, night_id: str) -> None:
    """Warn of withdrawn deliveries that count for nothing anyway: returned ones and duplicates keep their status."""
    for submission_id, status in connection.execute(_WITHOUT_EFFECT).tuples():
        said = (
            f"withdrawals.csv names {submission_id}, which is {status} and counts for nothing: the line has no effect"
        )
        nights.warn(connection, night_id, STEP, said, submission_id)
