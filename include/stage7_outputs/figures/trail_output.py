"""A trail on the terminal, as CSV and as a workbook."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import xlsxwriter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from include.contract import locales
from include.stage7_outputs.figures.trail import Section, Trail, number_text, word
from include.stage7_outputs.workbook.inert import InertWriter, is_risky


def show(trail: Trail, console: Console) -> None:
    """Print a trail; nothing of it is taken for markup."""
    language = trail.language
    said = word(
        "of_figure",
        language,
        kpi=f"[bold]{trail.kpi}[/bold]",
        scope=escape(trail.scope),
        period=trail.period,
        unit=word(f"unit.{trail.unit}", language),
    )
    console.print(said)
    for section in trail.sections:
        table = Table(title=word(f"title.{section.key}", language))
        for column in section.columns:
            is_number = section.is_number(column)
            heading = word(f"column.{column}", language)
            table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
        for number, row in enumerate(section.rows):
            texts = (escape(_text(value, section, column, language)) for value, column in _cells(section, row))
            table.add_row(*texts, style="bold" if number in section.emphasised else None)
        console.print(table)
        for note in section.notes:
            console.print(note, markup=False)


def _cells(section: Section, row: Any) -> list[tuple[Any, str]]:
    return list(zip(row, section.columns, strict=True))


def _text(value: Any, section: Section, column: str, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        if column.endswith(("_index", "_rate")):
            value = round(value, 4)
            return locales.number(value, "." if language == "en" else locales.mark_of(language), digits=4)
        return number_text(value, language)
    if isinstance(value, date):
        return value.isoformat() if language == "en" else locales.day(value, language)
    if column == "why" and section.key == "set_aside":
        return word(f"reason.{value}", language)
    return str(value)


def write_csv(trail: Trail, file: TextIO) -> None:
    """The rows behind the figure (of a registry's fact, its rows) as CSV, numbers with a point and in full.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    section = next((one for one in trail.sections if one.key in ("rows_behind", "registry")), None)
    writer = csv.writer(file, lineterminator="\n")
    if section is None:
        return
    writer.writerow(word(f"column.{column}", trail.language) for column in section.columns)
    for row in section.rows:
        writer.writerow(f"'{value}" if isinstance(value, str) and is_risky(value) else value for value in row)


def write_workbook(trail: Trail, path: Path) -> None:
    """All of a trail as a workbook that only its owner reads, a sheet a table; texts stay texts."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with xlsxwriter.Workbook(path) as book:
        inert = InertWriter(book)
        heading, plain, strong = (inert.look(look) for look in ({"bold": True, "bottom": 1}, {}, {"bold": True}))
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for section in trail.sections:
            sheet = book.add_worksheet(word(f"sheet.{section.key}", trail.language)[:31])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(section.columns) - 1, 18)
            for place, column in enumerate(section.columns):
                inert.text(sheet, 0, place, word(f"column.{column}", trail.language), heading)
            for number, row in enumerate(section.rows):
                look = strong if number in section.emphasised else plain
                for place, (value, column) in enumerate(_cells(section, row)):
                    if isinstance(value, Decimal | int) and section.is_number(column):
                        sheet.write_number(number + 1, place, float(value), look.plain)
                    elif isinstance(value, date):
                        sheet.write_datetime(number + 1, place, value, day)
                    elif value is not None:
                        inert.text(sheet, number + 1, place, _text(value, section, column, trail.language), look)
            for below, note in enumerate(section.notes):
                inert.text(sheet, len(section.rows) + 2 + below, 0, note, plain)
