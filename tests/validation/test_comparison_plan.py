"""Enterprises of a statement are told beside those of the one before without looking for each among all others."""

from __future__ import annotations

import sqlalchemy as sa

from include.contract import load_contract
from include.platform import database
from include.platform.settings import Settings
from include.stage4_validation import statements


def test_no_statistics_have_rows_looked_for_one_by_one(programme: Settings) -> None:
    """Where the planner expects one pair of statements it takes loops, right for one; here it may take no other."""
    query = sa.text(f"explain select * from {statements._compared()}")
    with database.connected(programme, "loader") as connection:
        projects = connection.scalars(sa.text("select distinct project_code from ops.submission")).all()
        for other in ("hashjoin", "mergejoin", "indexscan", "bitmapscan"):
            connection.execute(sa.text(f"set local enable_{other} to off"))
        asked = {**load_contract().rule_lists, "projects": projects, "ids": None}
        plan = connection.scalars(query, asked).all()
    assert sum("Full Join" in line for line in plan) == 2, plan
    looked_for = [line for line in plan if "Join Filter" in line and ".submission_id = pairs.submission_id" in line]
    assert not looked_for, plan  # all statements for each row
