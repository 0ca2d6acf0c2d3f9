"""What is to be signed, as those who sign see it: in the text of the task, and in full on a page of the reports."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.closing import refusals
from include.platform import statements
from include.platform.settings import Settings

#: Folder of ``STATE/reports``.
FOLDER = "releases"
#: Rows of a list in the task's text; the page has all.
MOST_ROWS = 20

_SQL = statements.beside(__file__)
_LATEST = "select release from marts.release order by approved_at desc limit 1"
_FIGURES = ("indicator", "unit", "declared", "valid", "unique", "evidenced", "unique signed", "change")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border-bottom:1px solid #ccc;padding:.2rem .7rem;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}"
)


@dataclass(frozen=True)
class ToSign:
    """What the marts say of a period; rows as the queries of ``shown.sql`` give them."""

    period: str
    night_id: str
    note: str | None
    before: str | None
    headline: Sequence[sa.Row[Any]]
    missing: Sequence[sa.Row[Any]]
    findings: Sequence[sa.Row[Any]]
    claims: Sequence[sa.Row[Any]]


@dataclass(frozen=True)
class _Table:
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    nothing: str


def read(connection: sa.Connection, period: str, night_id: str, note: str | None) -> ToSign:
    """Gather it. As the transformer. Beside stands the period's last release, else the last one of any period."""
    of_period = refusals.releases_of(connection, period)
    before = of_period[-1] if of_period else connection.scalar(sa.text(_LATEST))
    told = {"period": period, "before": before}
    rows = {name: connection.execute(_SQL(name), told).all() for name in ("headline", "missing", "findings", "claims")}
    return ToSign(period, night_id, note, before, **rows)


def as_markdown(shown: ToSign, page: Path) -> str:
    """The text of the task: the programme's figures, and what speaks against signing."""
    programme = [row for row in shown.headline if row.scope_type == "programme"]
    parts = [
        f"**{shown.period}**, figures of the night `{shown.night_id}`"
        + (f", beside release **{shown.before}**." if shown.before else "; nothing was released before."),
        f"Note: {_text(shown.note)}" if shown.note else "",
        f"All scopes: [{page.name}](file://{page}) on the machine of the warehouse, `{page}`",
    ]
    for table in (_figures("The programme", programme), *_lists(shown)):
        parts.append(f"### {table.title}")
        if not table.rows:
            parts.append(table.nothing)
            continue
        lines = [table.heads, ["---"] * len(table.heads), *table.rows[:MOST_ROWS]]
        parts.append("\n".join("| " + " | ".join(map(_text, line)) + " |" for line in lines))
        if len(table.rows) > MOST_ROWS:
            parts.append(f"… and {len(table.rows) - MOST_ROWS} more on the page.")
    return "\n\n".join(part for part in parts if part)


def write_page(settings: Settings, shown: ToSign, name: str) -> Path:
    """Write the page of what is to be signed, and the list of such pages; returns its path."""
    folder = settings.reports / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    page = folder / f"{name}.html"
    scopes: dict[tuple[str, str], list[sa.Row[Any]]] = {}
    for row in shown.headline:
        scopes.setdefault((row.scope_type, row.scope_code), []).append(row)
    tables = [
        *_lists(shown),
        *(_figures(_scope(*scope), rows) for scope, rows in scopes.items()),
    ]
    _write(page, f"{shown.period}: what is to be signed", _intro(shown) + "".join(map(_html, tables)))
    pages = sorted(path.name for path in folder.glob("*.html") if path.name != "index.html")
    links = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in pages)
    _write(folder / "index.html", "Periods proposed for closing", f"<ul>{links}</ul>")
    return page


def _figures(title: str, rows: Iterable[sa.Row[Any]]) -> _Table:
    lines = [
        (
            row.kpi,
            row.unit,
            *map(_number, (row.claimed, row.valid, row.unique_value, row.evidenced, row.signed_value)),
            _change(row.unique_value, row.signed_value),
        )
        for row in rows
    ]
    return _Table(title, _FIGURES, lines, "There are no figures.")


def _lists(shown: ToSign) -> list[_Table]:
    return [
        _Table(
            "Missing and stale projects",
            ("project", "status", "days late", "last report that counts", "stale"),
            [
                (row.project_code, row.status, row.days_late, row.last_report or "–", "yes" if row.is_stale else "no")
                for row in shown.missing
            ],
            "None: every project that was under way has a report that counts.",
        ),
        _Table(
            "Open findings of weight",
            ("rule", "severity", "findings", "projects"),
            [(row.rule, row.severity, _number(row.findings), row.projects) for row in shown.findings],
            "None.",
        ),
        _Table(
            "Claims out of line",
            ("claim", "scope", "indicator", "published", "warehouse", "verdict"),
            [
                (
                    row.claim,
                    _scope(row.scope_type, row.scope_code),
                    row.kpi,
                    f"{row.relation} {_number(row.claimed_value)}",
                    _number(row.warehouse_value),
                    row.verdict,
                )
                for row in shown.claims
            ],
            "None: every published figure of this period is borne out.",
        ),
    ]


def _intro(shown: ToSign) -> str:
    beside = f"Beside them stands release {shown.before}." if shown.before else "Nothing was released before."
    note = f"<p>Note: {escape(shown.note)}</p>" if shown.note else ""
    return f"<p>Figures of the night {escape(shown.night_id)}. {escape(beside)}</p>{note}"


def _html(table: _Table) -> str:
    if not table.rows:
        return f"<h2>{escape(table.title)}</h2><p>{escape(table.nothing)}</p>"
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.heads)
    rows = "".join(
        "<tr>" + "".join(f"<td{_align(cell)}>{escape(str(cell))}</td>" for cell in row) + "</tr>\n"
        for row in table.rows
    )
    return f"<h2>{escape(table.title)}</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _align(cell: Any) -> str:
    return ' class="n"' if re.fullmatch(r"[-+–]?[\d,.]*", str(cell)) else ""


def _write(path: Path, title: str, body: str) -> None:
    staged = path.with_name(f".{path.name}.part")
    staged.write_text(
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="UTF-8">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n",
        encoding="utf-8",
    )
    os.replace(staged, path)


def _scope(scope_type: str, scope_code: str) -> str:
    return scope_type if scope_type == "programme" else f"{scope_type} {scope_code}"


def _change(value: Decimal | None, signed: Decimal | None) -> str:
    if value is None or signed is None or value == signed:
        return "–"
    return f"{'+' if value > signed else ''}{_number(value - signed)}"


def _number(value: Any) -> str:
    if value is None:
        return "–"
    number = Decimal(value)
    return f"{number:,.2f}" if number != number.to_integral_value() else f"{number:,.0f}"


def _text(value: Any) -> str:
    """One line that Markdown takes as it is written."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(str(value).split()))
