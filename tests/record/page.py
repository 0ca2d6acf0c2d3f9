"""The questions of docs/record.md, asked as they stand there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from include.platform import database
from include.platform.settings import PROJECT_ROOT, Settings
from tests.record.seen import Seen

#: The day, period and indicator that the page asks about most.
_DAY, _PERIOD, _KPI = "2025-03-01", "2024-S2", "green_jobs"


def wrong_answers(settings: Settings, seen: Sequence[Seen]) -> list[str]:
    """What the five questions answer otherwise than the states ``seen`` do, asked about the day of the first."""
    day = seen[0].as_of
    then, now = [state for state in seen if state.as_of == day][-1], seen[-1]
    why, countries, gone, stretches, moves = _answers(settings, day)
    figure = (_PERIOD, "programme", "all", _KPI)
    wrong = []
    if sum(row.difference for row in why) != _unique(now, figure) - _unique(then, figure) or not why:
        wrong.append("why a figure changed")
    if {(row.country, row.unique_value, row.evidenced) for row in countries} != {
        (key[2], row["unique_value"], row["evidenced"])
        for key, row in then.headline.items()
        if (key[0], key[1], key[3]) == (_PERIOD, "country", _KPI)
    }:
        wrong.append("what a day showed")
    if {(row.submission_id, row.row_number) for row in gone} != _counting(then) - _counting(now):
        wrong.append("which rows count no more")
    if not stretches or [row.until_as_of is None for row in stretches].count(True) != 1:
        wrong.append("how often a figure has changed")
    if not moves or not all(row.label_es and row.moved >= 0 for row in moves):
        wrong.append("what moves figures most")
    return wrong


def _answers(settings: Settings, day: dt.date) -> list[Sequence[sa.Row[Any]]]:
    page = (PROJECT_ROOT / "docs" / "record.md").read_text("utf-8")
    questions = re.findall(r"```sql\n(.*?)```", page.split("### Five questions")[1].split("\n### ")[0], re.DOTALL)
    engine = database.engine(settings, "me_officer")
    try:
        with engine.connect() as connection:
            return [connection.execute(sa.text(one.replace(_DAY, str(day)))).all() for one in questions]
    finally:
        engine.dispose()


def _unique(state: Seen, figure: tuple[str, str, str, str]) -> Any:
    return state.headline.get(figure, {}).get("unique_value") or 0


def _counting(state: Seen) -> set[tuple[str, int]]:
    return {
        (key[2], key[3])
        for key, row in state.counted.items()
        if key[:2] == (_PERIOD, _KPI) and row["counts_in_programme"]
    }
