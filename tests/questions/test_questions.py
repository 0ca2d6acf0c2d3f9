"""Real clients ask real questions: SQLAlchemy reflects the marts; it and plain libpq give the same right answers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
import yaml

from include.platform import database
from include.platform.settings import Settings

HERE = Path(__file__).parent
QUESTIONS: list[dict[str, Any]] = [
    question
    for name in ("questions.yml", "results.yml")
    for question in yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
]


def _rows(rows: Any) -> list[list[object]]:
    return [[_plain(value) for value in row] for row in rows]


def _plain(value: object) -> object:
    """Numbers as one type, whether they come from YAML or from the database."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    return value


@pytest.fixture(scope="module")
def libpq(programme: Settings) -> Iterator[psycopg.Connection]:
    """A connection by the very text that ``make url ROLE=bi_reader`` prints."""
    with psycopg.connect(database.plain(database.url(programme, "bi_reader"))) as connection:
        yield connection


@pytest.fixture(scope="module")
def recount(programme: Settings) -> Iterator[sa.Connection]:
    """The administrator with the views of the second count."""
    engine = database.engine(programme)
    with engine.connect() as connection:
        connection.exec_driver_sql((HERE / "recount.sql").read_text(encoding="utf-8"))
        yield connection
    engine.dispose()


def test_there_are_sixty_questions_and_each_answer_was_checked() -> None:
    assert len(QUESTIONS) >= 60
    assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)
    assert all(question["answer"] for question in QUESTIONS)
    assert all("recount" in question or "checked" in question for question in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["question"])
def test_the_marts_answer(question: dict[str, Any], reader: sa.Engine, libpq: psycopg.Connection) -> None:
    with reader.connect() as connection:
        assert _rows(connection.execute(sa.text(question["sql"]))) == _rows(question["answer"])
    assert _rows(libpq.execute(question["sql"])) == _rows(question["answer"])


@pytest.mark.parametrize(
    "question", [question for question in QUESTIONS if "recount" in question], ids=lambda question: question["question"]
)
def test_a_second_count_gives_the_same(question: dict[str, Any], recount: sa.Connection) -> None:
    assert _rows(recount.execute(sa.text(question["recount"]))) == _rows(question["answer"])


def test_evidence_of_one_kind_of_scope_reads_no_other(libpq: psycopg.Connection) -> None:
    query = "explain select * from marts.kpi_evidence where scope_type = 'country' and scope_code = 'PE'"
    plan = "\n".join(line for (line,) in libpq.execute(query))
    assert plan.count(" on counted_row ") == 1, plan
    assert "country = 'PE'" in plan, plan


def test_a_bi_tool_sees_tables_keys_types_and_words(reader: sa.Engine) -> None:
    inspector = sa.inspect(reader)
    metadata = sa.MetaData(schema="marts")
    metadata.reflect(bind=reader, views=True)
    tables = {table.name: table for table in metadata.tables.values()}
    assert {"kpi_headline", "kpi_evidence", "kpi_green_jobs", "submission_status", "dim_rule"} <= tables.keys()
    assert [column.name for column in tables["kpi_headline"].primary_key] == ["headline_key"]
    for name, table in tables.items():
        assert inspector.get_table_comment(name, schema="marts")["text"], name
        assert [column.name for column in table.columns if not column.comment] == [], name
        assert [column.name for column in table.columns if isinstance(column.type, sa.types.NullType)] == [], name
    evidence = tables["kpi_evidence"]
    query = sa.select(sa.func.sum(evidence.c.contribution)).where(
        evidence.c.period == "2025-S2", evidence.c.scope_type == "programme", evidence.c.kpi == "msmes_trained"
    )
    with reader.connect() as connection:
        assert connection.scalar(query) == 146
