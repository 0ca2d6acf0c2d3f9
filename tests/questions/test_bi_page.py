"""The questions of docs/bi.md are asked, and have the answers that stand below them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
import sqlalchemy as sa

from include.dashboards import bi_page

#: Heading, SQL and the rows of the table below it.
_QUESTION = re.compile(r"^### ([^\n]+)\n\n```sql\n(.*?)\n```\n\n((?:\|[^\n]*\n)+)", re.MULTILINE | re.DOTALL)


def _questions() -> list[tuple[str, str, list[list[str]]]]:
    found = _QUESTION.findall(bi_page.PAGE.read_text(encoding="utf-8"))
    return [(heading, sql, [_cells(line) for line in table.splitlines()]) for heading, sql, table in found]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def test_there_are_ten_questions_with_an_answer_each() -> None:
    page = bi_page.PAGE.read_text(encoding="utf-8")
    asked = page.count("```sql\n")
    assert len(_questions()) == asked >= 10


@pytest.mark.parametrize(("heading", "sql", "table"), _questions(), ids=[question[0] for question in _questions()])
def test_a_question_has_the_answer_of_the_page(
    heading: str, sql: str, table: list[list[str]], reader: sa.Engine
) -> None:
    with reader.connect() as connection:
        answer = connection.execute(sa.text(sql))
        rows = [list(answer.keys()), *([_text(value) for value in row] for row in answer)]
    assert rows == [table[0], *table[2:]], heading


def test_the_chapter_of_measures_is_up_to_date() -> None:
    page = bi_page.PAGE.read_text(encoding="utf-8")
    assert bi_page.render(page) == page, "run python -m include.dashboards.bi_page"
