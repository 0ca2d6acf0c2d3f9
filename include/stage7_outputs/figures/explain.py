"""The trail of a figure: from ``kpi_headline``, or the registry, to the cells of the workbooks behind it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from rich.console import Console

from include.contract.locales import LANGUAGES
from include.platform import database
from include.platform.errors import UsageError
from include.platform.settings import Settings
from include.stage7_outputs.figures import trail_output
from include.stage7_outputs.figures.asked import ROWS, last_period, scope_of
from include.stage7_outputs.figures.trail import REGISTRY_FACTS, Trail, registry_trail_of, trail_of

#: How a trail is told besides on the terminal.
FORMATS = ("csv", "xlsx")


def explain(
    settings: Settings,
    kpi: str,
    scope: str = "programme",
    period: str | None = None,
    *,
    rows: int | None = ROWS,
    language: str = "en",
    console: Console | None = None,
) -> None:
    """Print how a figure came about and which rows and cells it is made of.

    ``kpi`` is an indicator or ``projects``, ``institutions`` or ``grant_eur``; ``scope`` is ``programme`` or a type and
    a code such as ``country:PE``; ``period`` is the last one with figures unless named; ``rows`` limits the rows shown
    with their cells (None: all). Raises UsageError, saying what there is, where there is no such figure.
    """
    console = console or Console(width=None if sys.stdout.isatty() else 200)  # in a file nothing is cut off
    trail_output.show(_trail(settings, kpi, scope, period, rows, language), console)


def write_trail(
    settings: Settings,
    format_: str,
    kpi: str,
    scope: str,
    period: str | None,
    *,
    file: str | None,
    rows: int | None = None,
    language: str = "en",
) -> Path | None:
    """Write a trail as ``csv`` or ``xlsx``, all rows unless told otherwise; returns where.

    ``csv`` goes to standard output unless ``file`` names a place; ``xlsx`` to ``STATE/explained``. Both are the
    officer's: they hold what partners wrote.
    """
    trail = _trail(settings, kpi, scope, period, rows, language)
    if format_ == "csv" and file is None:
        trail_output.write_csv(trail, sys.stdout)
        return None
    name = re.sub(r"[^\w-]+", "_", f"{kpi}_{trail.scope}_{trail.period}")
    path = Path(file) if file else settings.state / "explained" / f"{name}.{format_}"
    if format_ == "csv":
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as out:
            trail_output.write_csv(trail, out)
    else:
        trail_output.write_workbook(trail, path)
    return path


def rows_asked(text: str | None) -> int | None:
    """The number of rows that ROWS asks for, None for all. Raises UsageError for anything else."""
    if text is None:
        return ROWS
    if text == "all":
        return None
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise UsageError(f"ROWS has to be a number such as {ROWS}, or all, not {text!r}.")
    return int(text)


def _trail(settings: Settings, kpi: str, scope: str, period: str | None, rows: int | None, language: str) -> Trail:
    if language not in LANGUAGES:
        raise UsageError(f"LANGUAGE has to be one of {', '.join(LANGUAGES)}, not {language!r}.")
    scope_type, scope_code = scope_of(scope)
    with database.connected(settings, "me_officer") as connection:
        period = period or last_period(connection, settings)
        asked = {"kpi": kpi, "scope_type": scope_type, "scope_code": scope_code, "period": period, "shown": rows}
        return (registry_trail_of if kpi in REGISTRY_FACTS else trail_of)(connection, asked, language)
