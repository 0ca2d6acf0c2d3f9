"""The submission workbooks that ``make template`` writes: whose they are, and what they begin with."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.commands.last_statement import enterprises
from include.contract.locales import LANGUAGES
from include.contract.template import write
from include.platform import database, schema
from include.platform.errors import UsageError
from include.platform.inputs import check_registry
from include.platform.postgres import Server
from include.platform.settings import Settings
from include.stage1_registry.files import read_folder

#: In place of a project: one workbook for each of the registry.
EVERY_PROJECT = "all"


def write_templates(settings: Settings, language: str, project: str | None, period: str | None) -> list[Path]:
    """Write the workbook for nobody in particular, for a project, or one for each, below ``STATE/templates``.

    A project's has its enterprises of the last accepted report. Raises UsageError for a language, project or period
    that is not known, and where a file is there already with other content; nothing is written then.
    """
    if language not in LANGUAGES:
        raise UsageError(f"LANGUAGE has to be one of {', '.join(LANGUAGES)}, not {language!r}.")
    projects = _checked(settings, project, period)
    rows = _enterprises(settings, projects)
    settings.templates.mkdir(parents=True, exist_ok=True)
    staged: list[tuple[Path, Path]] = []
    try:
        for code, country in projects.items() or [("", None)]:  # nobody in particular
            path = settings.templates / f"{'_'.join(filter(None, ('plantilla', language, code, period)))}.xlsx"
            partial = path.with_name(f".{path.name}.part")
            staged.append((partial, path))
            prefilled = {"enterprises": rows.get(code, [])}
            write(partial, language, project=code or None, period=period, rows=prefilled, country=country)
        if taken := [path for partial, path in staged if path.exists() and path.read_bytes() != partial.read_bytes()]:
            raise UsageError(
                f"{', '.join(map(str, taken))} {'is' if len(taken) == 1 else 'are'} there already, with other content: "
                "move away what somebody may have filled in, or delete it; nothing was written."
            )
        for partial, path in staged:
            os.replace(partial, path)  # where it was there, the same bytes
    finally:
        for partial, _ in staged:
            partial.unlink(missing_ok=True)
    return [path for _, path in staged]


def _checked(settings: Settings, project: str | None, period: str | None) -> dict[str, str]:
    """Project -> country, of the projects meant; empty for nobody in particular. Raises UsageError for one that is not
    known."""
    if project is None and period is None:
        return {}
    check_registry(settings)
    rows, faults = read_folder(str(settings.registry))
    for name in ("projects.csv", "reporting_calendar.csv"):
        if said := [str(fault) for fault in faults if fault.file == name]:
            raise UsageError(f"The registry in {settings.registry} is broken: {said[0]}.")
    countries = {row.values["project_code"]: row.values["country"] for row in rows["projects.csv"]}
    _check_known("PERIOD", period, [row.values["period"] for row in rows["reporting_calendar.csv"]], settings)
    if project == EVERY_PROJECT:
        return countries
    _check_known("PROJECT", project, list(countries), settings)
    return {project: countries[project]} if project else {}


def _check_known(variable: str, value: str | None, known: list[str], settings: Settings) -> None:
    if value is None or value in known:
        return
    near = difflib.get_close_matches(value.upper(), known, n=4, cutoff=0.5)
    hint = f"Near it: {', '.join(near)}" if near else f"There are: {', '.join(known[:8])}{', …' * (len(known) > 8)}"
    raise UsageError(f"{variable}={value} is not in the registry, {settings.registry}. {hint}.")


def _enterprises(settings: Settings, projects: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Project -> its enterprises; none where there is no warehouse yet, which is not made for that."""
    if not projects or not (settings.warehouse_url or Server(settings).data.exists()):
        return {}
    schema.prepare(settings)
    with (
        database.opened(settings, "loader") as engine,
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        connection.begin(),
    ):
        connection.execute(sa.text("set transaction read only"))
        return {project: enterprises(connection, project) for project in projects}
