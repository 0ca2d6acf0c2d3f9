"""How a partner's workbook looks: language, header, dates, numbers, codes. None of it changes what a row says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from include.contract import Column, load_contract, locales
from include.demonstration.dirt import ErrorCell, Raw

#: Excel's day 0
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Form:
    """The habits that one file shows."""

    container: str  # xlsx or zip
    language: str
    label_language: str  # of codes written as labels; partners mix them up
    required_mark: str  # what is written behind the label of a required column
    capitals: bool
    titles: int  # lines above the header
    moved_columns: bool
    extra_column: str | None
    extra_sheet: str | None
    blank_rows: float
    dates: str  # cell, latin, iso, dashed, serial
    numbers: str  # cell, text
    decimal_mark: str | None  # as the cover says
    labels: float  # share of coded values written as labels
    lost_zeros: bool
    printed_tax_ids: bool
    empty_as: str | None  # what an empty cell of a column that may be empty holds
    encoding: str
    separator: str

    @property
    def mark(self) -> str:
        """The decimal mark numbers are written with as text."""
        return self.decimal_mark or locales.mark_of(self.language)


def draw_form(random: Random, language: str, tidiness: str) -> Form:
    """A careful partner fills in the template as it is; the others have their own ways."""
    careful = tidiness == "careful"
    container = "zip" if random.random() < 0.18 else "xlsx"

    def sometimes(share: float) -> bool:
        return random.random() < (0 if careful else share)

    latin = container == "zip" and random.random() < 0.5
    return Form(
        container=container,
        language=language,
        label_language=random.choice(("es", "pt", "en")) if sometimes(0.15) else language,
        required_mark=" (*)" if sometimes(0.3) else "",
        capitals=sometimes(0.2),
        titles=random.randint(1, 4) if sometimes(0.3) else 0,
        moved_columns=sometimes(0.3),
        extra_column=random.choice(("Comentario interno", "Observaciones", "Revisado por")) if sometimes(0.2) else None,
        extra_sheet=random.choice(("Instrucciones", "Hoja de apoyo", "Notas")) if sometimes(0.15) else None,
        blank_rows=0.03 if sometimes(0.3) else 0.0,
        dates=random.choice(("latin", "iso", "dashed", "serial")) if sometimes(0.3) else "cell",
        numbers="text" if sometimes(0.2) else "cell",
        decimal_mark=random.choice((None, locales.mark_of(language))),
        labels=random.choice((0.0, 0.0, 0.5, 1.0)),
        lost_zeros=sometimes(0.25),
        printed_tax_ids=sometimes(0.2),
        empty_as=random.choice(("-", "n/d", "s/d", "N/A")) if sometimes(0.12) else None,
        encoding="cp1252" if latin else random.choice(("utf-8", "utf-8-sig")),
        separator=";" if latin or language != "en" else random.choice((",", "\t", "|")),
    )


@lru_cache(maxsize=64)
def labels_of(codelist: str, language: str) -> dict[str, str]:
    """Code -> label in a language, in English where there is none; codes without any are absent."""
    listed = load_contract().codelists.get(codelist, {})
    named = {code: labels.get(language) or labels.get("en") for code, labels in listed.items()}
    return {code: label for code, label in named.items() if label}


def heading(column: Column, form: Form) -> str:
    """The label over a column."""
    label = column.labels[form.language] + (form.required_mark if column.required else "")
    return label.upper() if form.capitals else label


def cell(value: Any, column: Column, form: Form, random: Random) -> Any:
    """What stands in the cell: None, a number, a date, text, or an error."""
    if value is None:
        return form.empty_as if form.empty_as and not column.required and random.random() < 0.5 else None
    if isinstance(value, Raw | ErrorCell):
        return value
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if column.type == "date":
        return _date(value, form)
    if column.type in ("integer", "decimal"):
        return _number(value, column, form)
    if column.key == "tax_id" and form.printed_tax_ids and value.isdigit():
        return f"{value[:2]}.{value[2:5]}.{value[5:]}" if len(value) > 9 else f"{value[:-1]}-{value[-1]}"
    if form.lost_zeros and form.container == "xlsx" and column.codelist in ("isic", "territory") and value.isdigit():
        return int(value)
    if column.key == "enterprise_ref" and value.isdigit() and form.container == "xlsx":
        return int(value)
    if column.codelist not in (None, "isic", "territory", "currency") and random.random() < form.labels:
        return labels_of(column.codelist, form.label_language).get(value, value)
    return value


def _date(value: date, form: Form) -> Any:
    dates = "iso" if form.container == "zip" and form.dates in ("cell", "serial") else form.dates
    if dates == "cell":
        return value
    if dates == "serial":
        return (value - _EPOCH).days
    return value.strftime({"latin": "%d/%m/%Y", "iso": "%Y-%m-%d", "dashed": "%d-%m-%Y"}[dates])


def _number(value: float, column: Column, form: Form) -> Any:
    if form.container == "xlsx" and form.numbers == "cell":
        return value
    if column.type == "integer":
        return str(value)
    # two digits behind the mark: never to be taken for thousands
    return locales.number(Decimal(f"{value:.2f}"), form.mark, digits=2, grouped=form.numbers == "text")
