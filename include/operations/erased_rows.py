"""What an erasure changes in the tables, each role in its own; every statement can be repeated."""

from __future__ import annotations

import sqlalchemy as sa

from include.operations.erasing import Erasure
from include.stage2_landing.erasure import ERASED, INVALID

#: Rows of ``raw.enterprises as t`` that are of the enterprise; they still are when their names are gone.
_OF_ENTERPRISE = """
    t.submission_id = any(:ids)
    and (
        t.taxpayer_key = :key
        or exists (
            select from ops.submission as s
            inner join unnest(cast(:projects as text[]), cast(:refs as text[])) as known (project_code, enterprise_ref)
                on known.project_code = s.project_code
            where s.submission_id = t.submission_id and known.enterprise_ref = t.enterprise_ref
        )
    )
"""

_FINDINGS = ("ops.finding", "ops.shadow_finding", "raw.reading_finding")
_LOADER = (
    *(
        f"""
        update {table} as f set value = :erased
        from raw.enterprises as t
        where
            f.submission_id = t.submission_id and f.row_number = t.row_number and f.sheet = 'enterprises'
            and (f.column_name in ('tax_id', 'legal_name') or f.value = any(:values))
            and f.value is not null and {_OF_ENTERPRISE}
        """
        for table in _FINDINGS
    ),
    f"""
    update raw.enterprises as t set
        legal_name = case when t.legal_name is not null then :erased end,
        tax_id = case
            when t.tax_id is not null
                then
                    :erased || case when t.tax_id_is_valid then '' else '{INVALID}' end
                    || upper(coalesce(t.taxpayer_key, '0'))
        end,
        received = t.received - array['tax_id', 'legal_name']
    where {_OF_ENTERPRISE}
    """,
)
#: Under every key the enterprise's references go by or went by.
_TRANSFORMER = tuple(
    f"""
    update {table} set legal_name = :erased, tax_id = :erased
    where (project_code, enterprise_ref) in (
        select project_code, enterprise_ref from {table} where enterprise_key = :key
    )
    """
    for table in ("restricted.enterprise", "candidate_restricted.enterprise")
)


def clear_loader(connection: sa.Connection, erasure: Erasure) -> None:
    """``raw`` and ``ops``, and all of ``work``: a night that judges there finds it empty and judges again."""
    parameters = {
        "key": erasure.enterprise_key,
        "ids": list(erasure.submissions),
        "projects": [project for project, _ in erasure.references],
        "refs": [reference for _, reference in erasure.references],
        "values": list(erasure.values),
        "erased": ERASED,
    }
    for statement in _LOADER:
        connection.execute(sa.text(statement), parameters)
    for copy in erasure.copies:
        connection.execute(
            sa.text("update ops.submission set archive_path = :new where archive_path = :old"),
            {"old": copy.old, "new": copy.new},
        )
    of_the_night = sa.text("""
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname = 'work' and tableowner = current_user
    """)
    for table in connection.scalars(of_the_night).all():
        connection.exec_driver_sql(f"drop table {table} cascade".replace("%", "%%"))


def clear_transformer(connection: sa.Connection, erasure: Erasure) -> None:
    """``restricted`` and its candidate."""
    for statement in _TRANSFORMER:
        table = statement.split()[1]
        if connection.scalar(sa.text("select to_regclass(:table)"), {"table": table}) is not None:
            connection.execute(sa.text(statement), {"key": erasure.enterprise_key, "erased": ERASED})
