"""Why a publication changed a figure: its causes, found set-wise in the transaction of the switch.

``intermediate.published_fact`` holds what each counted row rested on at the last publication (docs/architecture.md,
"Why a figure changed"); what differs from it now decides the cause of a row.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import sqlalchemy as sa

from include.contract import load_contract
from include.contract.model import seed
from include.platform.statements import Statements
from include.stage6_publication.history import Publication

#: What publication adds to schema ``marts``.
TABLE = "figure_change"

_HERE = Path(__file__).parent
_FACTS, _FIGURES, _CAUSES = (
    Statements(_HERE / f"{name}.sql") for name in ("facts", "changed_figures", "figure_changes")
)


def record(connection: sa.Connection, publication: Publication, projects: Collection[str] | None) -> None:
    """Enter the causes of every figure that this switch changes into ``marts.figure_change``.

    Called when history is written; takes the rows that went and came from its temporary tables. ``projects`` are those
    whose rows were built anew, None for all.
    """
    _run(connection, "create temporary table at_work (project_code text primary key) on commit drop")
    _run(connection, "create temporary table every_project on commit drop as select 1 where " + str(projects is None))
    if projects:
        connection.execute(
            sa.text("insert into at_work select unnest(cast(:projects as text[]))"), {"projects": sorted(projects)}
        )
    _open_publication(connection, publication)
    _run(connection, _FACTS.text())
    _run(connection, _FIGURES.text())
    if connection.scalar(sa.text("select exists (select from changed_figure where not is_first)")):
        _run(connection, _CAUSES.text(row_refs=_row_refs(), declared=_declared()))


def _open_publication(connection: sa.Connection, publication: Publication) -> None:
    """The night, whether other software published last, and whether facts of the last publication are known."""
    known = connection.scalar(sa.text("select to_regclass('intermediate.published_fact')")) is not None
    knows_facts = "exists (select from intermediate.published_fact)" if known else "false"
    columns = "night_id text, as_of date, knows_facts boolean, code_has_changed boolean"
    _run(connection, f"create temporary table publication ({columns}) on commit drop")
    connection.execute(
        sa.text(f"""
        insert into publication
        select
            night.night_id,
            night.as_of,
            {knows_facts},
            night.code_version is distinct from (
                select before.code_version from ops.night as before
                where before.published_at is not null and before.night_id <> night.night_id
                order by before.published_at desc limit 1
            )
        from ops.night as night
        where night.night_id = :night_id
        """),
        {"night_id": publication.night_id},
    )


def _row_refs() -> str:
    """Query of the references of all rows in ``asked``."""
    return "\nunion all\n".join(
        f"""
        select asked.sheet, asked.submission_id, asked.row_number, received.enterprise_ref
        from asked inner join raw.{sheet.key} as received using (submission_id, row_number)
        where asked.sheet = '{sheet.key}'
        """
        for sheet in load_contract().row_sheets
    )


def _declared() -> str:
    """The indicators that covers declare, each with its field."""
    declared = [row for row in seed("kpis") if row["declared_field"]]
    return "values " + ", ".join(f"('{row['kpi']}', covers.{row['declared_field']})" for row in declared)


def _run(connection: sa.Connection, script: str) -> None:
    connection.exec_driver_sql(script.replace("%", "%%"))
