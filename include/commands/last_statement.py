"""The enterprises of a project as its last accepted report has them: what its next workbook begins with."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from include.platform.tables import raw, submission
from include.stage2_landing.erasure import ERASED


def enterprises(connection: sa.Connection, project_code: str) -> list[dict[str, Any]]:
    """Rows of sheet ``enterprises`` of the current accepted version of the project's last period, in their order.

    By key of the contract's columns, values as read; None where a cell was empty or could not be read. An erased
    enterprise is left out. Empty where nothing of the project was ever accepted.
    """
    last = (
        sa.select(submission.c.submission_id)
        .where(submission.c.project_code == project_code, submission.c.is_current)
        .order_by(submission.c.period.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = raw["enterprises"]
    query = (
        sa.select(rows)
        .where(rows.c.submission_id == last, rows.c.legal_name.is_distinct_from(ERASED))
        .order_by(rows.c.row_number)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
