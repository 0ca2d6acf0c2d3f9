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

#: Where the causes are entered.
TABLE = "figure_change"

_HERE = Path(__file__).parent
_FACTS, _FIGURES, _ROWS, _ROW_CAUSES, _CAUSES = (
    Statements(_HERE / f"{name}.sql")
    for name in ("facts", "changed_figures", "changed_rows", "row_causes", "figure_changes")
)

#: Kind of scope -> the column that says which one; covers know no value chain.
_SCOPES = {
    "programme": "'all'",
    "country": "{of}.country",
    "pillar": "{of}.pillar",
    "value_chain": "{of}.value_chain",
    "project": "{of}.project_code",
}


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
    _run(connection, _FIGURES.text(scopes=_scopes("counted")))
    if connection.scalar(sa.text("select exists (select from changed_figure where not is_first)")):
        _run(connection, _ROWS.text("rows", scopes=_scopes("moved", counts=True)))
        _run(connection, _ROWS.text("changes", row_refs=_row_refs()))
        _run(connection, _ROW_CAUSES.text("own_causes"))
        _run(connection, _ROW_CAUSES.text("row_causes"))
        scopes = {
            "row_scopes": _scopes("rows_of"),
            "report_scopes": _scopes("reports", chains=False),
            "cover_scopes": _scopes("in_use", chains=False),
        }
        _run(connection, _CAUSES.text("claims", declared=_declared(), **scopes))
        _run(connection, _CAUSES.text("figures", scopes=_scopes("alone", counts=True)))
    for setting in ("enable_mergejoin", "hash_mem_multiplier"):
        _run(connection, f"set local {setting} = default")


def _open_publication(connection: sa.Connection, publication: Publication) -> None:
    """The night, whether other software published last, and whether facts of the last publication are known."""
    known = connection.scalar(sa.text("select to_regclass('intermediate.published_fact')")) is not None
    knows_facts = "exists (select from intermediate.published_fact)" if known else "false"
    columns = "night_id text, as_of date, knows_facts boolean, code_has_changed boolean, last_as_of date"
    _run(connection, f"create temporary table publication ({columns}) on commit drop")
    connection.execute(
        sa.text(f"""
        insert into publication
        select
            night.night_id, night.as_of, {knows_facts}, night.code_version is distinct from last.code_version,
            last.as_of
        from ops.night as night
        left join (
            select code_version, as_of from ops.night
            where published_at is not null and night_id <> :night_id
            order by published_at desc limit 1
        ) as last on true
        where night.night_id = :night_id
        """),
        {"night_id": publication.night_id},
    )


def _scopes(of: str, *, counts: bool = False, chains: bool = True) -> str:
    """The scopes a row of ``of`` is in; with ``counts`` also whether it is the one counted there for its enterprise."""
    rows = []
    for kind, column in _SCOPES.items():
        if chains or kind != "value_chain":
            flag = "true" if kind == "project" else f"{of}.counts_in_{kind}"
            rows.append(f"('{kind}', {column.format(of=of)}{f', {flag}' if counts else ''})")
    return "values " + ", ".join(rows)


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
