"""Headline figures that a switch changes, old and new, recorded in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from include.platform.statements import beside

#: The mart whose changes are recorded.
TABLE = "kpi_headline"

_KEY = ("period", "scope_type", "scope_code", "kpi")
#: Columns that are compared.
_FIGURES = ("unique_value", "valid")
_SQL = beside(__file__)


def record(
    connection: sa.Connection,
    night_id: str,
    published: Mapping[str, str] | None,
    conditions: tuple[str, str],
    parameters: Mapping[str, Any],
) -> int:
    """Enter every figure of the candidate that differs from the mart; returns how many.

    To be called before the switch carries them. ``published`` are the mart's columns, None where there is none yet;
    ``conditions`` name the rows to compare, of the mart as ``t`` and of the candidate as ``c``. A switch that the same
    night makes again keeps the figure from before its first one.
    """
    has_figures = published is not None and {*_KEY, *_FIGURES} <= published.keys()
    before = f"select {', '.join((*_KEY, *_FIGURES))} from marts.{TABLE} as t where {conditions[0]}"
    nothing = f"select {', '.join((*_KEY, *_FIGURES))} from candidate_marts.{TABLE} where false"
    statement = _SQL("record", before=before if has_figures else nothing, is_new=conditions[1])
    return connection.execute(statement, {"night_id": night_id, **parameters}).rowcount
