"""Declared totals beside the figures counted from rows (X01), once those figures are built."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa

from include.contract.model import seed
from include.platform.step_lock import step_lock
from include.stage4_validation import progress
from include.stage4_validation.findings import FINDING_TABLES, insert_findings, open_findings, write_broken_rules
from include.stage4_validation.settle import waive_tonight

#: What X01 says of all deliveries, as one text.
_FOUND = sa.text(
    "select md5(string_agg(f::text, ',' order by f::text)) from ("
    + " union all ".join(f"select * from {table} where rule = 'X01'" for table in FINDING_TABLES)
    + ") as f"
)


def reconcile(engine: sa.Engine, reports: Path) -> int:
    """Judge the covers of all current versions by X01; returns how many differ.

    What Great Expectations keeps of it goes to ``reports`` where the night has judged rows, or comes to another result
    than the night before; else it is thrown away, so that quiet nights leave nothing behind.
    A superseded or returned version keeps the X01 it had while it was current. Not applied where the cover says
    that there is nothing to report.
    """
    with step_lock(engine):
        return _reconcile(engine, reports)


def _reconcile(engine: sa.Engine, reports: Path) -> int:
    with engine.begin() as connection:
        _make_table(connection)
        if not connection.execute(sa.text("select exists (select 1 from work.declared_totals)")).scalar_one():
            return 0
    with tempfile.TemporaryDirectory() as spare:
        folder = reports if reports.exists() else Path(spare)
        is_news, differing = _judge(engine, folder)
        if is_news and folder != reports:
            shutil.copytree(folder, reports)
    return differing


def _judge(engine: sa.Engine, folder: Path) -> tuple[bool, int]:
    """Whether other findings than before came out, and how many there are."""
    from expectations import suites
    from include.stage4_validation.judge import Judge

    broken = Judge(engine, folder).run(suites.reconciliation_suites())
    with engine.begin() as connection:
        before = connection.scalar(_FOUND)
        progress.abandon(connection)  # whatever was judged and not settled: its findings stood where these will
        open_findings(connection)
        write_broken_rules(connection, broken)
        waive_tonight(connection)
        for table in FINDING_TABLES:
            connection.execute(
                sa.text(f"""
                delete from {table} as f
                using ops.submission as s
                where s.submission_id = f.submission_id and s.is_current and f.rule = 'X01'
                """)
            )
        differing = insert_findings(connection)
        return connection.scalar(_FOUND) != before, differing


def _make_table(connection: sa.Connection) -> None:
    declared = [row for row in seed("kpis") if row["declared_field"]]
    counted = ",\n".join(
        f"max(k.valid) filter (where k.kpi = '{row['kpi']}') "
        f"as counted_{row['declared_field'].removeprefix('declared_')}"
        for row in declared
    )
    fields = ", ".join(f"c.{row['declared_field']}" for row in declared)
    connection.execute(sa.text("drop table if exists work.declared_totals"))
    connection.execute(
        sa.text(f"""
        create unlogged table work.declared_totals as
        select
            s.submission_id, null::int as row_number, null::text as enterprise_ref,
            c.row_numbers, c.received, {fields}, {counted}
        from ops.submission as s
        inner join raw.cover as c on c.submission_id = s.submission_id
        inner join candidate_marts.kpi_headline as k
            on k.scope_type = 'project' and k.scope_code = s.project_code and k.period = s.period
        where s.is_current and c.nothing_to_report is not true
        group by s.submission_id, c.submission_id
        """)
    )
