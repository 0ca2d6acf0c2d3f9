"""Foreign keys of the marts, so that a reading tool finds what leads where.

They follow from names: a column that is called like the one-column key of a dimension leads to it. They are not
enforced (docs/decisions/0011-keys-for-readers.md): dbt's tests hold them on the candidates, and a switch that moves
millions of rows looks nothing up twice.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from include.platform.statements import beside

_SQL = beside(__file__)

#: From this PostgreSQL on a foreign key may be said and not enforced.
SAID_ONLY = 180_000

#: Columns that lead to a key under another name, because they say which part it plays.
ROLES = {
    "actual_period": "period",
    "counting_project_code": "project_code",
    "counting_submission_id": "submission_id",
    "current_enterprise_key": "enterprise_key",
    "from_period": "period",
    "last_reported_in": "period",
    "latest_period": "period",
    "reported_in": "period",
    "shared_enterprise_key": "enterprise_key",
    "to_period": "period",
    "lead_institution": "institution",
    "other_project_code": "project_code",
    "counting_evidence_grade": "evidence_grade",
    "evidenced_verdict": "verdict",
    "owner_sex": "sex",
    "owner_age_group": "age_group",
    "item_key": "code_key",
}
#: What leads to the dimension in some rows and elsewhere in others: a claim may be about a fact of the registry, and a
#: change about what is no longer there.
NOT_ALWAYS = {
    ("claims_ledger", "kpi"),
    *(("figure_change", column) for column in ("period", "scope_key", "project_code", "submission_id")),
}
#: Marts of deliveries as they came: a drop folder may be no project's, and a cover may name any period.
AS_DELIVERED = {"data_quality", "fct_finding", "fct_submission"}
_OF_DELIVERIES = {"project_code", "period"}


def publish_keys(connection: sa.Connection, left_out: Collection[str]) -> list[str]:
    """Give every published table the foreign keys that it has not got; returns them as ``table.column``.

    Tables ``left_out`` get none: the past may name what is no longer there. On a PostgreSQL before 18 nothing is done.
    """
    if connection.scalar(sa.text("select current_setting('server_version_num')::int")) < SAID_ONLY:
        return []
    missing = connection.execute(
        _SQL("missing"),
        {"left_out": list(left_out), "roles": list(ROLES), "keys": list(ROLES.values())},
    ).all()
    made = []
    for row in missing:
        if row.table_name in AS_DELIVERED and row.column_name in _OF_DELIVERIES:
            continue
        if (row.table_name, row.column_name) in NOT_ALWAYS:
            continue
        connection.exec_driver_sql(
            f'alter table marts."{row.table_name}" add foreign key ("{row.column_name}") '
            f'references marts."{row.dimension}" ("{row.key_name}") not enforced'
        )
        made.append(f"{row.table_name}.{row.column_name}")
    return made


def withdraw_keys(connection: sa.Connection, table: str) -> None:
    """Take away the foreign keys that lead to a published table, so that it can be made anew."""
    for name, referencing in connection.execute(_SQL("leading_to"), {"table": table}).tuples().all():
        connection.exec_driver_sql(f'alter table {referencing} drop constraint "{name}"')
