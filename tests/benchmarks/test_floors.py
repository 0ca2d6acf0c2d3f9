"""Floors do the pipeline's work: a ratio to something that does less would mean nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks import transformation
from benchmarks.floors.psql import Session, StatementFailed, replay
from benchmarks.peers import environment
from benchmarks.reading import run_floor
from benchmarks.results import at_most, faster
from benchmarks.workload import Workload, parameters
from include.platform.postgres import Server
from include.platform.settings import Settings


@pytest.fixture
def workload(programme: Settings) -> Iterator[Workload]:
    """The session's programme, with its mishaps, as one that is measured."""
    workload = Workload(programme, parameters("tiny"))
    workload.execute("drop schema if exists floor cascade", "create schema floor")
    yield workload
    workload.execute("drop schema floor cascade")
    workload.loader.dispose()
    workload.administrator.dispose()


@pytest.fixture
def sessions(workload: Workload) -> Iterator[list[Session]]:
    program = Server(workload.settings).binaries / "psql"
    sessions = [Session(program, workload.url, "") for _ in range(2)]
    yield sessions
    for session in sessions:
        session.end()


@pytest.mark.skipif(not environment.is_set_up(), reason="make bench sets up what it measures beside the pipeline")
def test_duckdb_comes_to_the_same_figures_and_others_are_noticed(workload: Workload) -> None:
    given = json.dumps({"models": transformation.compiled(workload), "compare": transformation.COMPARED})

    def by_duckdb() -> dict[str, Any]:
        return environment.told("floors/duckdb_models.py", [workload.url], given)

    found = by_duckdb()
    assert (found["unequal"], found["models"] > 90) == ([], True)
    last = "(select max(headline_key) from candidate_marts.kpi_headline where valid is not null)"
    other = f"update candidate_marts.kpi_headline set valid = valid {{}} 0.001 where headline_key = {last}"
    workload.execute(other.format("+"))
    try:
        assert by_duckdb()["unequal"] == ["kpi_headline"]
    finally:
        workload.execute(other.format("-"))


def test_psql_runs_what_is_read_before_what_reads_it(workload: Workload, sessions: list[Session]) -> None:
    statements = {
        "model.last": ["insert into floor.run select 'last', count(*) from floor.run"],
        "model.first": ["begin", "create table floor.run (name text, found bigint)", "commit"],
        "model.middle": ["insert into floor.run select 'middle', count(*) from floor.run"],
    }
    replay(sessions, statements, {"model.last": ["model.middle"], "model.middle": ["model.first"], "model.first": []})
    assert workload.value("select found from floor.run where name = 'last'") == 1


def test_a_statement_that_fails_stops_psql(sessions: list[Session]) -> None:
    with pytest.raises(StatementFailed, match="no_such_table"):
        sessions[0].run(["select * from floor.no_such_table"])


@pytest.mark.skipif(not environment.is_set_up(), reason="make bench sets up what it measures beside the pipeline")
def test_fastexcel_copies_every_cell(workload: Workload) -> None:
    files = list(workload.settings.archive.rglob("*.xlsx"))[:3]
    counted = run_floor(workload, files)
    assert workload.value("select count(distinct file) from floor.sheet_0") == len(files)
    rows = sum(workload.value(f"select count(*) from floor.sheet_{number}") for number in range(12))
    assert rows == counted["rows"] > 0


def test_scales_take_fewer_projects_of_the_same_size() -> None:
    whole, tenth = parameters("1"), parameters("0.1")
    assert whole.projects == ()
    assert len(set(tenth.projects)) == 7
    assert tenth.enterprises == whole.enterprises


def test_verdicts() -> None:
    assert at_most("", 2.0, "floor", 1.0, 2).is_met
    assert not at_most("", 2.1, "floor", 1.0, 2).is_met
    assert faster("", 1.0, "peer", 3.0, 3).is_met
    assert not faster("", 1.0, "peer", 2.9, 3).is_met
