"""Which figure somebody asks for, and which cells of a row decide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings

#: Rows shown with their cells unless more are asked for; the files are always listed in full.
ROWS = 60

#: Sheet -> columns that decide whether and how much a row counts; of jobs those of the indicator's unit are left. What
#: proves it is shown besides.
_DECIDING = {
    "training": ("topic", "start_date"),
    "practices": ("practice", "status", "since_date", "resource", "unit", "baseline_value", "current_value"),
    "jobs": (
        *("job_category", "sex", "age_group", "baseline_headcount", "current_headcount", "maintained_headcount"),
        *("baseline_fte", "current_fte", "maintained_fte"),
    ),
    "standards": ("standard", "status", "certificate_no", "valid_from", "valid_to", "group_role"),
    "sales": (
        *("currency", "baseline_start", "baseline_end", "baseline_amount"),
        *("current_start", "current_end", "current_amount"),
    ),
}


def scope_of(scope: str) -> tuple[str, str]:
    """Type and code of a scope as one writes it. Raises UsageError for anything else."""
    scope_type, _, scope_code = scope.partition(":")
    if (scope_type == "programme") != (scope_code in ("", "all")):
        raise UsageError(f"SCOPE has to be programme, or a type and a code such as country:PE, not {scope!r}.")
    return scope_type, scope_code or "all"


def last_period(connection: sa.Connection, settings: Settings) -> str:
    """The last period with figures. Raises PlatformError before there are any."""
    try:
        period = connection.scalar(sa.text("select max(period) from marts.kpi_headline"))
    except sa.exc.ProgrammingError:  # no such table before the first publication
        period = None
    if period is None:
        raise PlatformError(f"There are no figures yet: {settings.command('nightly')} makes them.")
    return str(period)


@dataclass(frozen=True)
class UnknownPart:
    """Of a figure that is not there: its indicator, period or scope, and those that there are."""

    what: str
    asked: str
    known: Sequence[str]


def unknown_part(connection: sa.Connection, figure: Mapping[str, Any], figures: str) -> UnknownPart | None:
    """The first part of ``figure`` that ``figures``, a table or a function of values of ``figure``, do not have."""
    scope = f"{figure['scope_type']}:{figure['scope_code']}"
    parts = {
        "indicator": ("kpi", figure["kpi"]),
        "period": ("period", figure["period"]),
        "scope": ("scope_type || ':' || scope_code", scope),
    }
    for what, (column, asked) in parts.items():
        query = sa.text(f"select distinct {column} from {figures} order by 1")
        known: Sequence[str] = connection.scalars(query, figure).all()
        if asked not in known:
            return UnknownPart(what, asked, known)
    return None


def deciding_columns(sheet: str, kpi: str) -> Sequence[str]:
    """The columns of a sheet that decide whether and how much its rows count for an indicator."""
    other_unit = ("_headcount" if kpi.endswith("_fte") else "_fte") if sheet == "jobs" else "none"
    return [*(column for column in _DECIDING[sheet] if not column.endswith(other_unit)), "evidence_ref"]


def cells_of(row: sa.Row[Any], columns: Sequence[str]) -> str:
    """Address, column and value of each cell, such as ``I12 maintained_headcount = 7``."""
    letters = row.column_letters or {}
    return "; ".join(
        f"{letters[column]}{row.row_number} {column} = {row.cell_values[column]}"
        for column in columns
        if column in letters and row.cell_values.get(column) is not None
    )
