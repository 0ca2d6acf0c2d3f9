"""What a figure is told by: tables of plain values, whatever they are shown on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.contract import catalogue, locales
from include.contract.model import read_csv
from include.platform.errors import UsageError
from include.platform.statements import beside
from include.stage7_outputs.figures.asked import cells_of, deciding_columns, unknown_part

#: Facts of the registry that are claimed beside the indicators: what is counted or summed, and its unit.
REGISTRY_FACTS = {"projects": "projects", "institutions": "institutions", "grant_eur": "EUR"}

_SQL = beside(__file__)
#: Columns of numbers, by their words' keys; the others are texts.
_NUMBERS = {
    *("amount", "rows", "contribution", "takes", "row", "version", "baseline_amount", "current_amount"),
    *("baseline_index", "current_index", "baseline_rate", "current_rate", "volume", "price", "exchange"),
    *("value_set_aside", "value_counted", "grant_eur", "claimed_value", "warehouse_value", "evidenced"),
}


@dataclass(frozen=True)
class Section:
    """A table: ``key`` and ``columns`` are keys of words, ``emphasised`` the numbers of rows that stand out."""

    key: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    emphasised: frozenset[int] = frozenset()
    #: what is said below it
    notes: Sequence[str] = ()

    def is_number(self, column: str) -> bool:
        """Whether a column holds numbers."""
        return column in _NUMBERS


@dataclass(frozen=True)
class Trail:
    """All that is told of a figure, in ``language``."""

    kpi: str
    scope: str
    period: str
    unit: str
    language: str
    sections: list[Section] = field(default_factory=list)


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    rows = read_csv(Path(__file__).with_name("words.csv"))
    return {row["key"]: {language: row[language] for language in locales.LANGUAGES} for row in rows}


def word(key: str, language: str, **facts: object) -> str:
    """A text of ``words.csv`` with its facts filled in; a key without one stands for itself."""
    texts = _words().get(key)
    return texts[language].format(**facts) if texts else key


def number_text(value: Decimal | int | None, language: str) -> str:
    """A figure as a language writes it, with two digits after the mark if it has any, a dash for none."""
    if language == "en" or value is None:
        return locales.figure_text(None if value is None else Decimal(value))
    return locales.number(value, locales.mark_of(language), digits=0 if value == int(value) else 2)


def trail_of(connection: sa.Connection, asked: dict[str, Any], language: str) -> Trail:
    """The trail of an indicator's figure.

    ``asked`` has kpi, period, scope_type, scope_code and shown (how many rows; None: all). Raises UsageError, saying
    what there is, where there is no such figure.
    """
    headline = _headline(connection, asked)
    trail = Trail(asked["kpi"], _scope(asked), headline.period, headline.unit, language)
    trail.sections.append(_waterfall(connection, asked, language))
    trail.sections.append(_files(connection, asked, headline, language))
    sections = (_rows(connection, asked, language), *(read(connection, asked) for read in (_rates, _aside, _waivers)))
    trail.sections.extend(section for section in sections if section.rows)
    return trail


def registry_trail_of(connection: sa.Connection, asked: dict[str, Any], language: str) -> Trail:
    """The trail of ``projects``, ``institutions`` or ``grant_eur``: the registry's rows it is counted from.

    Raises UsageError for a period that has not ended and a scope that the registry has nothing of.
    """
    if connection.execute(_SQL("period"), asked).one_or_none() is None:
        part = unknown_part(connection, {**asked, "kpi": "msmes_trained"}, "marts.kpi_headline")
        known = part.known if part else ()
        raise UsageError(f"There is no period {asked['period']!r}. There are: {', '.join(known) or 'none'}.")
    projects = connection.execute(_SQL("projects"), asked).all()
    if not projects:
        raise UsageError(f"There is no project of the scope {_scope(asked)!r} that had started by {asked['period']}.")
    kpi = asked["kpi"]
    trail = Trail(kpi, _scope(asked), asked["period"], REGISTRY_FACTS[kpi], language)
    institutions = connection.execute(_SQL("institutions"), {"projects": [row.project_code for row in projects]}).all()
    total = {
        "projects": Decimal(len(projects)),
        "institutions": Decimal(len(institutions)),
        "grant_eur": sum((row.grant_eur for row in projects), Decimal(0)),
    }[kpi]
    listed = institutions if kpi == "institutions" else projects
    columns: tuple[str, ...] = ("project", "title", "country", "pillar", "lead", "start_date", "end_date", "grant_eur")
    if kpi == "institutions":
        columns = ("institution", "name", "country", "region", "kind", "projects")
    note = word(
        "adds_up", language, rows=len(listed), total=number_text(total, language), figure=number_text(total, language)
    )
    trail.sections.append(Section("registry", columns, [tuple(row) for row in listed], notes=(note,)))
    claims = connection.execute(_SQL("claims"), asked).all()
    if claims:
        columns = ("claim", "wording", "relation", "claimed_value", "warehouse_value", "verdict")
        trail.sections.append(Section("claims", columns, [tuple(row)[: len(columns)] for row in claims]))
    return trail


def _scope(asked: dict[str, Any]) -> str:
    return "programme" if asked["scope_type"] == "programme" else f"{asked['scope_type']}:{asked['scope_code']}"


def _headline(connection: sa.Connection, asked: dict[str, Any]) -> sa.Row[Any]:
    row = connection.execute(_SQL("figure"), asked).one_or_none()
    if row is not None:
        return row
    if part := unknown_part(connection, asked, "marts.kpi_headline"):
        also = (*part.known, *REGISTRY_FACTS) if part.what == "indicator" and part.known else part.known
        raise UsageError(f"There is no {part.what} {part.asked!r}. There are: {', '.join(also) or 'none'}.")
    raise UsageError("There is no such figure: the scope has no report up to that period.")


def _waterfall(connection: sa.Connection, asked: dict[str, Any], language: str) -> Section:
    steps = connection.execute(_SQL("waterfall"), asked).all()
    rows = [
        (word(f"step.{step.step}", language), step.amount, "" if step.is_level else _why(step, language))
        for step in steps
    ]
    levels = frozenset(number for number, step in enumerate(steps) if step.is_level)
    return Section("waterfall", ("step", "amount", "why"), rows, levels)


def _why(step: sa.Row[Any], language: str) -> str:
    if not step.what_it_says:
        return word(f"reason.{step.reason}", language) if f"reason.{step.reason}" in _words() else step.reason
    if language == "en":
        return f"{step.reason}: {step.what_it_says}"
    told = catalogue.messages().get((step.reason, "title"))
    return f"{step.reason}: {told[language] if told else step.what_it_says}"


def _files(connection: sa.Connection, asked: dict[str, Any], headline: sa.Row[Any], language: str) -> Section:
    files = connection.execute(_SQL("files"), asked).all()
    total = sum((file.contribution for file in files), Decimal(0))
    figure = headline.unique_value
    note = word(
        "adds_up",
        language,
        rows=sum(file.row_count for file in files),
        total=number_text(total, language),
        figure=word("empty", language) if figure is None else number_text(figure, language),
    )
    columns = ("delivery", "file", "reports_on", "version", "sha256", "sheet", "rows", "contribution")
    rows = [
        (f.submission_id, f.file_name, f.period, f.version, f.sha256[:12], f.sheet, f.row_count, f.contribution)
        for f in files
    ]
    return Section("files", columns, rows, notes=(note,))


def _rows(connection: sa.Connection, asked: dict[str, Any], language: str) -> Section:
    rows = connection.execute(_SQL("rows"), asked).all()
    columns = ("delivery", "sheet", "row", "enterprise", "own_grade", "report_grade", "contribution", "takes", "cells")
    told = [
        (
            *(row.submission_id, row.file_sheet or row.sheet, row.row_number, row.enterprise_ref, row.own_grade),
            *(row.report_grade, row.contribution, row.taken),
            cells_of(row, deciding_columns(row.sheet, asked["kpi"])),
        )
        for row in rows
    ]
    notes = []
    if any(row.taken for row in rows):
        notes.append(word("takes_note", language))
    if rows and rows[0].total > len(rows):
        notes.append(word("not_all", language, shown=len(rows), total=rows[0].total))
    return Section("rows_behind", columns, told, notes=notes)


def _rates(connection: sa.Connection, asked: dict[str, Any]) -> Section:
    columns = (
        *("delivery", "row", "currency", "baseline_amount", "current_amount", "baseline_index", "current_index"),
        *("baseline_rate", "current_rate", "volume", "price", "exchange"),
    )
    return Section("rates", columns, _tuples(connection.execute(_SQL("rates"), asked)))


def _aside(connection: sa.Connection, asked: dict[str, Any]) -> Section:
    columns = (
        *("project", "delivery", "value_set_aside", "own_grade", "counting_project", "counting_delivery"),
        *("value_counted", "counting_grade", "why", "enterprise"),
    )
    return Section("set_aside", columns, _tuples(connection.execute(_SQL("set_aside"), asked)))


def _waivers(connection: sa.Connection, asked: dict[str, Any]) -> Section:
    columns = ("delivery", "sheet", "row", "rule", "enterprise", "waived_by", "waiver_reason", "waived_until")
    return Section("waivers", columns, _tuples(connection.execute(_SQL("waivers"), asked)))


def _tuples(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in rows]
