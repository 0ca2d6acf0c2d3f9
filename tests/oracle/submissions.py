"""One random submission: rows to sheets with headers, titles, totals, repeats and faults of form."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.contract_place import SPEC
from tests.oracle.contract import load_contract, read_csv
from tests.oracle.drawn_rows import (
    Context,
    RowValues,
    enterprise_row,
    group_certificates,
    job_rows,
    practice_rows,
    standard_rows,
    training_rows,
)
from tests.oracle.drawn_sales import sales_rows
from tests.oracle.files import Sheets
from tests.oracle.notations import spoilt, written
from tests.oracle.world import Enterprise

DETAILS = ["training", "practices", "jobs", "standards", "sales"]
TOTALS = ["TOTAL", "Totales:", "total general", "Suma.", "nota", "Firma", None, "Assinatura :", "Sum", "NOTE:"]
TOTALS += [
    "Subtotal",
    "SUBTOTALES:",
    "Fuente: encuesta",
    "fonte própria",
    "Source.",
    "Elaborado por: Ana",
    "Revisado  por",
]
TOTALS += [
    "Aprobado por Luz",
    "APROVADO POR:",
    "Prepared by J. D.",
    "Nota: cifras del año",
    "Total: 48",
    "TOTALIZADOR S.A.",
]


@dataclass
class Shape:
    """How a file is made; ``fault`` names one fault of form."""

    csv: bool
    language: int
    mark: str | None
    spoil: float
    rows: float
    fault: str = ""
    nothing: bool = False
    cover: dict[str, object] = field(default_factory=dict)


def draw_tables(context: Context, items: list[Enterprise]) -> dict[str, list[RowValues]]:
    """The rows of every sheet as the partner means them."""
    rng = context.rng
    tables: dict[str, list[RowValues]] = {"enterprises": [enterprise_row(context, i) for i in items]}
    makers = dict(zip(DETAILS, [training_rows, practice_rows, job_rows, standard_rows, sales_rows], strict=True))
    for sheet, maker in makers.items():
        tables[sheet] = [row for item in items for row in maker(context, item)]
    tables["standards"] += group_certificates(context, items)
    twin = rng.choice(items)
    if context.often(0.25):
        row = dict(rng.choice(tables["enterprises"]))
        row["enterprise_ref"] = f"T{twin.number:03}"
        tables["enterprises"].append(row)
        for sheet in DETAILS:
            maker = makers[sheet]
            for extra in maker(context, twin):
                tables[sheet].append({**extra, "enterprise_ref": f"T{twin.number:03}"})
    return tables


def dirty(context: Context, sheet: str, rows: list[RowValues]) -> list[RowValues]:
    """Unknown references and keys used twice with other content."""
    rng, out = context.rng, []
    for row in rows:
        if sheet != "enterprises" and context.often(context.rare / 6):
            row = {**row, "enterprise_ref": rng.choice(["E9999", "X-1"])}
        out.append(row)
        if context.often(context.rare / 5):
            other = dict(row)
            free = [
                k for k in row if k in ("legal_name", "hours", "status", "evidence_grade", "maintained_fte", "currency")
            ]
            name = rng.choice(free)
            other[name] = {"legal_name": "Otra", "hours": 9, "status": "planned", "currency": "EUR"}.get(name, "C")
            if name == "maintained_fte":
                other[name] = 0
            if sheet == "enterprises" and context.often(0.4):
                other["tax_id"] = rng.choice(rows)["tax_id"]
            if sheet == "standards":
                other["status"] = "preparing"
            for key in ("green_basis", "scope"):
                if key in other and context.often(0.3):
                    row[key] = other[key] = rng.choice([None, "zzz"])
            out.append(other)
    return out


def lay_rows(context: Context, sheet: str, rows: list[RowValues], shape: Shape) -> list[list[object]]:
    """A grid with header, titles, blank rows, totals and repeated rows."""
    rng = context.rng
    columns = list(load_contract().columns[sheet])
    if sheet != "enterprises" and context.often(0.2):
        columns = [c for c in columns if c.required or c.key == "evidence_grade" or rng.random() < 0.8]
    if context.often(0.5):
        rng.shuffle(columns)
    header = [_label(rng, c.labels, shape.language) for c in columns]
    extra = context.often(0.12)
    grid: list[list[object]] = []
    for row in dirty(context, sheet, rows):
        cells = [
            spoilt(rng, c, shape.csv, shape.mark)
            if rng.random() < shape.spoil
            else written(rng, c, row.get(c.key), shape.csv, shape.mark)
            for c in columns
        ]
        grid.append(cells)
        if context.often(context.rare / 12):
            grid.append(_nearly_same(rng, cells))
        if context.often(context.rare / 15):
            at = rng.choice([i for i, c in enumerate(columns) if c.type != "text" and c.key != "enterprise_ref"])
            grid += [
                [*cells[:at], word, *cells[at + 1 :]]
                for word in rng.choice([("zz1", "zz2", "zz1"), ("-1", "-2", "-1")])
            ]
        if context.often(context.rare / 5):
            grid.insert(rng.randint(len(grid) - 1, len(grid)) if context.often(0.7) else len(grid), list(cells))
    for _ in range(rng.choice([0, 0, 1, 2])):
        word = rng.choice(TOTALS)
        total = [
            word
            if c.key == "enterprise_ref"
            else 99
            if c.type in ("integer", "decimal")
            else "n/d"
            if context.often(0.1)
            else None
            for c in columns
        ]
        if word is None:
            total = [("Elaborado por" if c.type == "text" else v) for c, v in zip(columns, total, strict=True)]
        if context.often(0.15):
            place = [i for i, c in enumerate(columns) if c.type in ("code", "date") and c.key != "enterprise_ref"]
            total[rng.choice(place)] = rng.choice(["x", "2024-01-01"])
        grid.insert(rng.randint(0, len(grid)), total)
    if context.often(0.3):
        grid.insert(rng.randint(0, len(grid)), [None] * len(columns))
    if extra:
        at = rng.randint(0, len(header))
        header.insert(at, rng.choice(["observaciones", "Comentarios (opcional)"]))
        for cells in grid:
            cells.insert(at, rng.choice([None, "ok"]))
    titles: list[list[object]] = [["AL-INVEST Verde"], [None], ["Informe", "semestral"]]
    if context.often(0.1):
        titles.append([h if rng.random() < 0.4 else None for h in header])
    above = rng.choice([0, 0, 1, 2, 4, 18 if shape.fault == "" else 1])
    titles += [[None]] * max(0, above - len(titles))
    grid = [row if any(v is not None for v in row) or rng.random() < 0.5 else [] for row in grid]
    if context.often(0.05):
        grid.append(["-"] * len(header))
    return [*titles[:above], list(header), *grid]


def _nearly_same(rng: random.Random, cells: list[object]) -> list[object]:
    """The row again with other case, blanks, accents or a cell as text."""
    out = list(cells)
    at = rng.randrange(len(out))
    value = out[at]
    if isinstance(value, str):
        out[at] = rng.choice([value.upper(), value.lower(), f" {value} ", value.replace(" ", "  "), f"{value}x"])
    elif isinstance(value, int) and not isinstance(value, bool):
        out[at] = str(value)
    return out


def _label(rng: random.Random, labels: tuple[str, ...], language: int) -> str:
    label = labels[language]
    return rng.choice([label] * 8 + [label.upper(), f"{label} (*)", f" {label.replace(' ', '_')}*", f"{label}:"])


def build(context: Context, tables: dict[str, list[RowValues]], shape: Shape) -> Sheets:
    """The sheets of the file, with the fault of form that the shape asks for."""
    rng = context.rng
    names = {r["sheet"]: [r["sheet"], r["name_es"], r["name_pt"], r["name_en"]] for r in _sheet_names()}
    sheets: Sheets = []
    for sheet in ["enterprises", *DETAILS]:
        rows = [] if shape.nothing else tables[sheet]
        if sheet != "enterprises" and not shape.nothing and context.often(0.08):
            if context.often(0.5):
                continue
            rows = []
        sheets.append(
            (rng.choice([names[sheet][shape.language]] * 4 + names[sheet]), lay_rows(context, sheet, rows, shape))
        )
    cover = _cover(context, shape)
    if context.often(0.3):
        rng.shuffle(sheets)
    sheets.insert(0 if context.often(0.8) else rng.randint(0, len(sheets)), (names["cover"][shape.language], cover))
    _break(context, sheets, names, shape)
    return sheets


def _sheet_names() -> list[dict[str, str]]:
    return read_csv(SPEC / "sheets.csv")


def _cover(context: Context, shape: Shape) -> list[list[object]]:
    rng = context.rng
    facts: dict[str, object] = {
        "contract_version": rng.choice([1, 1, "1", "1.0"]),
        "project_code": context.project if context.often(0.9) else f" {context.project.lower()}",
        "period": _period(rng, context.period),
        "language": ["es", "es", "pt", "en"][shape.language],
        "submitted_by": "Equipo técnico",
        "contact_email": None,
        "decimal_mark": shape.mark,
        "nothing_to_report": rng.choice(["yes", "sí", "Sim", "true", "1"])
        if shape.nothing
        else rng.choice([None, "no"]),
    }
    for kpi in ("msmes_trained", "msmes_practices", "green_jobs", "msmes_standards", "msmes_volume_increased"):
        if context.often(0.85):
            facts[f"declared_{kpi}"] = rng.choice(
                [rng.randint(0, 40), rng.randint(0, 40), None, "1.200", "muchas", -1, "12,0"]
            )
    facts.update(shape.cover)
    rows = []
    for key, value in facts.items():
        if value is None and context.often(0.5):
            continue
        label = _label(rng, load_contract().column("cover", key).labels, shape.language)
        rows.append([label, value])
    if context.often(0.3):
        rng.shuffle(rows)
    if context.often(0.2):
        rows.append(["periodo", "2019-S1"])
        rows.append(["campo desconocido", "x"])
    return rows


def _period(rng: random.Random, period: str) -> str:
    year, half = period[:4], period[-1]
    roman = "I" * int(half)
    return rng.choice(
        [period] * 4 + [f"{year}S{half}", f"{year}-{half}", f"S{half} {year}", f"{year} {roman}", period.lower()]
    )


def _break(context: Context, sheets: Sheets, names: dict[str, list[str]], shape: Shape) -> None:
    """Sheets that nobody knows, a second one of a kind, missing and repeated columns, absent or blank sheets."""
    rng = context.rng
    if context.often(0.12):
        sheets.append((rng.choice(["Instrucciones", "listas"]), [["algo"]] if context.often(0.7) else [[None]]))
    if context.often(0.08):
        key = rng.choice(["training", "jobs", "enterprises"])
        taken = {name.casefold() for name, _ in sheets}
        free = [n for n in names[key] if n.casefold() not in taken]
        if free:
            sheets.append((free[0], [["otra", "cosa"]]))
    place = {key: i for i, (name, _) in enumerate(sheets) for key, labels in names.items() if name in labels}
    if shape.fault == "F06":
        del sheets[place["enterprises"]]
    elif shape.fault == "F06 blank":
        sheets[place["enterprises"]] = (sheets[place["enterprises"]][0], [[None, " "]])
    elif shape.fault == "F03 cover":
        del sheets[place["cover"]]
    elif shape.fault == "F11":
        grid = sheets[place["enterprises"]][1]
        header = max(range(min(4, len(grid))), key=lambda i: sum(v is not None for v in grid[i]))
        del grid[header + 1 :]
    elif shape.fault.startswith("F07"):
        key = rng.choice([k for k in place if k != "cover"])
        grid = sheets[place[key]][1]
        header = next((i for i, row in enumerate(grid) if len([v for v in row if v is not None]) > 5), None)
        if header is None:  # the second one of a kind, which is fault enough
            return
        at = rng.randrange(len(grid[header]))
        for row in grid[header:]:
            if at < len(row):
                if shape.fault == "F07 missing":
                    del row[at]
                elif shape.fault == "F07 twice":
                    row.append(row[at])
        if shape.fault == "F07 header":
            del grid[header]
        if shape.fault == "F07 several":
            for _ in range(rng.randint(1, 5)):
                gone = rng.randrange(len(grid[header]))
                grid[header][gone] = rng.choice([None, "otra cosa"])
