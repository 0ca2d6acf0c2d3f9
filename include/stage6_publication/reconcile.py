"""Declared totals beside the figures counted from rows (X01), once those figures are built."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa

from include.contract.model import seed
from include.platform.statements import beside
from include.platform.step_lock import step_lock
from include.stage4_validation import progress
from include.stage4_validation.findings import FINDING_TABLES, insert_findings, open_findings, write_broken_rules
from include.stage4_validation.settle import waive_tonight

_SQL = beside(__file__)


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
        before = _found(connection)
        progress.abandon(connection)  # whatever was judged and not settled: its findings stood where these will
        open_findings(connection)
        write_broken_rules(connection, broken)
        waive_tonight(connection)
        for table in FINDING_TABLES:
            connection.execute(_SQL("forget", table=table))
        differing = insert_findings(connection)
        return _found(connection) != before, differing


def _found(connection: sa.Connection) -> str | None:
    """What X01 says of all deliveries, as one text."""
    found = " union all ".join(f"select * from {table} where rule = 'X01'" for table in FINDING_TABLES)
    digest: str | None = connection.scalar(_SQL("digest", found=found))
    return digest


def _make_table(connection: sa.Connection) -> None:
    declared = [row for row in seed("kpis") if row["declared_field"]]
    counted = ", ".join(
        f"max(k.valid) filter (where k.kpi = '{row['kpi']}') "
        f"as counted_{row['declared_field'].removeprefix('declared_')}"
        for row in declared
    )
    fields = ", ".join(f"c.{row['declared_field']}" for row in declared)
    connection.execute(sa.text("drop table if exists work.declared_totals"))
    connection.execute(_SQL("declared_totals", fields=fields, counted=counted))
