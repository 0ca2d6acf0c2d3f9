"""Transformation: a full build with all tests by dbt, beside psql with the same statements; its models, by DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import Any

from benchmarks import judging, reading
from benchmarks.floors.psql import Session, replay
from benchmarks.measuring import Run, alternate
from benchmarks.peers import environment
from benchmarks.results import Figure, Section, at_most, below
from benchmarks.workload import Workload
from include.platform import database
from include.platform.postgres import Server
from include.stage5_transformation import dbt
from include.stage5_transformation.replay import build as build_as_a_night
from include.stage5_transformation.session import OPTIONS, THREADS

FLOOR = "psql"
SENT_AGAIN = "sent again"
DUCKDB = "DuckDB"
#: What DuckDB's figures are compared by: schema, table, key, columns.
COMPARED = (
    ("candidate_marts", "kpi_headline", ["headline_key"], ["claimed", "valid", "unique_value", "evidenced"]),
    ("candidate_marts", "counted_row", ["counted_key"], ["contribution", "evidence_grade", "counts_in_programme"]),
    ("candidate_marts", "kpi_waterfall", ["waterfall_key"], ["amount"]),
)
_SCHEMAS = ("staging", "intermediate", "candidate_marts", "candidate_restricted")
#: Kept by the pipeline itself, beside dbt's tables.
_OURS = ("built_from", "pending")


class DifferentFigures(Exception):
    """A floor comes to other figures than the warehouse: its seconds mean nothing."""


def measure(workload: Workload, pairs: int) -> Section:
    """Everything built anew from a programme that is judged."""
    make_ready(workload)
    empty(workload)
    statements = record(workload)
    what_each_reads = reads(workload)

    def by_dbt() -> None:
        dbt.build(workload.settings)

    def sent_again() -> None:
        build_as_a_night(workload.settings, is_incremental=False, is_later=False)

    empty(workload)
    sent_again()  # by dbt, the first time
    section = Section("Transformation")
    with connected(workload) as sessions:
        both = alternate(
            [
                Run("pipeline", by_dbt, lambda: empty(workload)),
                Run(SENT_AGAIN, sent_again, lambda: empty(workload)),
                Run(FLOOR, lambda: replay(sessions, statements, what_each_reads), lambda: empty(workload)),
            ],
            pairs,
            workload.server,
        )
    pipeline = both["pipeline"]
    section.figures += [
        at_most("full build with all tests, as nights do it", both[SENT_AGAIN].median, FLOOR, both[FLOOR].median, 1.3),
        at_most("the same by dbt itself", pipeline.median, FLOOR, both[FLOOR].median, None),
        below("most memory of a process of the pipeline", pipeline.memory.python / 1e6, "MB", 500),
        below("most memory of a process of the server, shared pages aside", pipeline.memory.database / 1e6, "MB", 500),
    ]
    section.figures.append(beside_duckdb(workload, statements, what_each_reads, pairs))
    section.figures.append(without_statistics(workload))
    fixed = without_rows(workload, pairs)
    section.figures.append(below("dbt's fixed part: the same build without a row", fixed, "s", None))
    count = sum(map(len, statements.values()))
    section.notes.append(
        f"psql runs {count:,} statements of {len(statements):,} models and tests, with {THREADS} "
        "connections as dbt has threads, from the same emptied schemas; it waits for what a statement reads and not, "
        "as dbt does, for tests. Nights send again what dbt has sent before, here for the same emptied schemas. Left "
        "out are dbt's parsing, its questions to the catalogue and its artifacts."
    )
    section.notes.append(
        "DuckDB runs the models' compiled SQL, transpiled by sqlglot, on two threads and in its own memory, from "
        "tables taken over before; two small models whose regular expressions it has not got are taken over, too. Each "
        "of its runs is compared with the warehouse: `kpi_headline`, `counted_row` and `kpi_waterfall`, to four "
        "decimals. It writes nothing to disk, keeps no index and tests nothing. Without statistics: autovacuum is off, "
        "and nothing is known of any table that the models read."
    )
    dbt.build(workload.settings)
    return section


def make_ready(workload: Workload) -> None:
    """A programme that is read and judged."""
    if not reading.rows_read(workload):
        reading.read_all(workload)
    if not workload.value("select count(*) from ops.submission where is_current"):
        judging.validate_all(workload)


def empty(workload: Workload) -> None:
    """Take away all that dbt makes; a first build finds the same."""
    kept = ", ".join(f"'{name}'" for name in _OURS)
    schemas = ", ".join(f"'{name}'" for name in _SCHEMAS)
    workload.execute(f"""
    do $$
    declare
        it record;
    begin
        for it in
            select n.nspname, c.relname, c.relkind from pg_class as c
            inner join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname in ({schemas}) and c.relkind in ('r', 'v') and c.relname not in ({kept})
        loop
            if to_regclass(format('%I.%I', it.nspname, it.relname)) is not null then
                execute format(
                    'drop %s %I.%I cascade',
                    case it.relkind when 'v' then 'view' else 'table' end, it.nspname, it.relname
                );
            end if;
        end loop;
    end $$
    """)
    reading.settle_disk(workload)


@contextmanager
def connected(workload: Workload) -> Iterator[list[Session]]:
    """As many psql as dbt has threads, with its settings."""
    url = database.plain(database.url(workload.settings, "transformer"))
    program = Server(workload.settings).binaries / "psql"
    sessions = [Session(program, url, OPTIONS) for _ in range(THREADS)]
    try:
        yield sessions
    finally:
        for session in sessions:
            session.end()


def record(workload: Workload, *, is_incremental: bool = False) -> dict[str, list[str]]:
    """Build once; the statements of every model and test in the order in which dbt ran them."""
    found: dict[str, list[str]] = {}

    def hear(event: Any) -> None:
        if event.info.name == "SQLQuery" and event.data.conn_name.partition(".")[0] in ("model", "test"):
            found.setdefault(event.data.conn_name, []).append(event.data.sql)

    dbt.build(workload.settings, is_incremental=is_incremental, callbacks=[hear])
    return {node: [sql for sql in statements if _is_work(node, sql)] for node, statements in found.items()}


def _is_work(node: str, statement: str) -> bool:
    """Whether a statement makes something or tests it; models are not made by asking."""
    words = statement.partition("*/")[2].strip().lower() or statement.strip().lower()
    return node.startswith("test.") or not words.startswith(("select", "with"))


def reads(workload: Workload) -> Mapping[str, Sequence[str]]:
    """Node -> the nodes it reads from, as dbt has them since its last run."""
    manifest = json.loads((workload.settings.state / "dbt" / "manifest.json").read_text(encoding="utf-8"))
    return {name: node["depends_on"].get("nodes", []) for name, node in manifest["nodes"].items()}


def beside_duckdb(
    workload: Workload, statements: Mapping[str, Sequence[str]], reads: Mapping[str, Sequence[str]], pairs: int
) -> Figure:
    """The models alone, without tests: psql beside DuckDB. Raises DifferentFigures where they are not equal."""
    models = {node: made for node, made in statements.items() if node.startswith("model.")}
    given = json.dumps({"models": compiled(workload), "compare": COMPARED})

    def by_duckdb() -> float:
        found = environment.told("floors/duckdb_models.py", [workload.url], given)
        if found["unequal"]:
            raise DifferentFigures(f"DuckDB has other figures than the warehouse in {', '.join(found['unequal'])}")
        return float(found["seconds"])

    with connected(workload) as sessions:
        both = alternate(
            [
                Run("psql, models", lambda: replay(sessions, models, reads), lambda: empty(workload)),
                Run(DUCKDB, by_duckdb),
            ],
            pairs,
        )
    return at_most("the models alone, by psql", both["psql, models"].median, DUCKDB, both[DUCKDB].median, 2.5)


def compiled(workload: Workload) -> list[tuple[str, str, bool, str]]:
    """Schema, name, whether it is a view, and SQL of every model as dbt compiled it last; what is read comes first.

    Views that no model reads cost nothing to make, and are left out.
    """
    folder = workload.settings.dbt
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    models = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    reads = {name: [other for other in node["depends_on"]["nodes"] if other in models] for name, node in models.items()}
    is_read = {other for others in reads.values() for other in others}
    found = []
    for name in TopologicalSorter(reads).static_order():
        node, is_view = models[name], models[name]["config"]["materialized"] == "view"
        if name in is_read or not is_view:
            sql = folder / "compiled" / node["package_name"] / node["original_file_path"]
            found.append((node["schema"], node["name"], is_view, sql.read_text(encoding="utf-8")))
    return found


def without_statistics(workload: Workload) -> Figure:
    """Seconds of a full build where nothing is known of what the models read: after a restore, or an upgrade."""
    with forgotten(workload):
        measured = alternate([Run("without statistics", lambda: _build(workload), lambda: empty(workload))], 1)
    return below("full build, without statistics", measured["without statistics"].median, "s", None)


@contextmanager
def forgotten(workload: Workload) -> Iterator[None]:
    """Autovacuum is off and no table has statistics, until all are analysed again."""
    workload.execute(
        "alter system set autovacuum = off",
        "select pg_reload_conf()",
        "delete from pg_statistic where starelid >= 16384",
        "select pg_clear_relation_stats(schemaname, relname) from pg_stat_user_tables",
    )
    try:
        yield
    finally:
        workload.execute("alter system reset autovacuum", "select pg_reload_conf()", "analyze")


def without_rows(workload: Workload, pairs: int) -> float:
    """Median seconds of a full build where no delivery counts."""
    workload.execute(
        "create schema if not exists floor",  # which readings make, where they are measured
        "create table floor.current as select submission_id from ops.submission where is_current",
        "update ops.submission set is_current = false",
    )
    try:
        measured = alternate([Run("dbt without rows", lambda: _build(workload), lambda: empty(workload))], pairs)
    finally:
        workload.execute(
            "update ops.submission as s set is_current = true from floor.current as c "
            "where c.submission_id = s.submission_id",
            "drop table floor.current",
        )
    return measured["dbt without rows"].median


def _build(workload: Workload) -> None:
    dbt.build(workload.settings)
