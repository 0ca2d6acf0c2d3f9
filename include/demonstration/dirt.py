"""Everyday dirt: what goes wrong between a partner's records and the workbook.

Each slip changes one row of a statement in place and notes on the row whether it still counts. What a slip may do in
the last period is limited: rows of protected enterprises keep counting there, so that the published figures come out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from include.demonstration import tax_ids
from include.demonstration.statement import POSITION, Row, Statement


class Raw(str):
    """Text that stands in the cell as it is, whatever the column's type."""


class ErrorCell(str):
    """A spreadsheet error such as ``#N/A``."""


@dataclass
class Setting:
    """Where a slip happens. ``is_last``: in the programme's last period, where published figures come from."""

    random: Random
    country: str
    begins_on: date
    ends_on: date
    decimal_mark: str | None
    is_last: bool


Slip = Callable[[list[Any], Setting], bool]

#: rows with something wrong by tidiness of the partner: (errors, oddities), shares of a sheet's rows
_SHARES = {"careful": (0.0, 0.0), "ordinary": (1.0, 1.5), "hasty": (2.5, 3.0)}


def add_errors(statement: Statement, setting: Setting, tidiness: str, dirt: float) -> None:
    """Lets slips happen to a statement: errors (the row stops counting) and oddities (it goes on counting).

    ``dirt`` is the share of rows with an error in an ordinary partner's sheets.
    """
    errors, oddities = (share * dirt for share in _SHARES[tidiness])
    for sheet, rows in statement.items():
        if not rows or not errors:
            continue
        pool = setting.random.sample(rows, len(rows))
        _let_slip(pool, _count(setting.random, errors * len(rows)), _ERRORS.get(sheet, ()), setting, counts=False)
        _let_slip(pool, _count(setting.random, oddities * len(rows)), _ODDITIES.get(sheet, ()), setting, counts=True)
        _add_rows(sheet, rows, setting, tidiness)
    _reuse_tax_id(statement["enterprises"], setting, tidiness)


def break_dates(statement: Statement) -> None:
    """Writes most dates of joining with two-digit years, as one export did: the file goes back (F08)."""
    column = POSITION["enterprises"]["joined_on"]
    for number, row in enumerate(statement["enterprises"]):
        if number % 6 < 5 and isinstance(row.values[column], date):
            row.values[column] = Raw(row.values[column].strftime("%d/%m/%y"))
            row.counts = False


def _count(random: Random, expected: float) -> int:
    return int(expected) + (random.random() < expected % 1)


def _let_slip(pool: list[Row], count: int, slips: Sequence[Slip], setting: Setting, *, counts: bool) -> None:
    """Takes rows from the pool until ``count`` have a slip; one that does not apply leaves its row alone."""
    done = 0
    while pool and slips and done < count:
        row = pool.pop()
        if setting.is_last and row.enterprise is not None and row.enterprise.protected:
            continue
        if setting.random.choice(slips)(row.values, setting):
            row.counts = counts
            done += 1


def _add_rows(sheet: str, rows: list[Row], setting: Setting, tidiness: str) -> None:
    """Repeated rows, unknown enterprises, keys used twice, totals and signatures."""
    random = setting.random
    positions = POSITION[sheet]
    if random.random() < 0.4:  # pasted twice
        row = random.choice(rows)
        rows.insert(rows.index(row) + 1, Row(list(row.values), row.enterprise, counts=False))
    if sheet not in ("enterprises", "sales") and random.random() < 0.3:
        row = random.choice(rows)
        rows.append(Row(["E9999", *row.values[1:]], None, counts=False))
    if sheet == "training" and random.random() < 0.3:  # the same session again, with other hours
        row = random.choice([row for row in rows if row.counts] or rows)
        values = list(row.values)
        if isinstance(values[positions["hours"]], int | float):
            values[positions["hours"]] += 2
            rows.insert(rows.index(row) + 1, Row(values, row.enterprise, counts=False))
    if sheet in ("training", "jobs", "sales") and random.random() < 0.35:
        values = [None] * len(positions)
        values[0] = Raw(random.choice(("TOTAL", "Total general", "Suma:", "Total")))
        for column in ("women", "men", "current_headcount", "maintained_headcount", "current_amount"):
            if column in positions:
                numbers = [row.values[positions[column]] for row in rows]
                values[positions[column]] = round(sum(n for n in numbers if isinstance(n, int | float)), 2)
        rows.append(Row(values, None, counts=False))
    if tidiness == "hasty" and sheet == "enterprises" and random.random() < 0.3:
        values = [Raw("Firma:")] + [None] * (len(positions) - 1)
        values[positions["legal_name"]] = Raw("Responsable de seguimiento")
        rows.append(Row(values, None, counts=False))


def _reuse_tax_id(rows: list[Row], setting: Setting, tidiness: str) -> None:
    """One enterprise gets the tax id of another above it (E05)."""
    column = POSITION["enterprises"]["tax_id"]
    clean = [
        row for row in rows if row.counts and row.enterprise is not None and row.values[column] == row.enterprise.tax_id
    ]
    if tidiness != "hasty" or len(clean) < 20 or setting.random.random() > 0.4:
        return
    first, second = clean[3], clean[15]
    if first.values[column] and not (setting.is_last and second.enterprise is not None and second.enterprise.protected):
        second.values[column] = first.values[column]
        second.counts = False


def _put(sheet: str, column: str, make: Callable[[Any, Setting], Any]) -> Slip:
    """A slip that replaces one value; where ``make`` gives back the value itself, it does not apply."""
    position = POSITION[sheet][column]

    def slip(values: list[Any], setting: Setting) -> bool:
        old = values[position]
        values[position] = make(old, setting)
        return values[position] is not old

    return slip


def _two_digit_year(old: Any, _: Setting) -> Any:
    return Raw(old.strftime("%d/%m/%y")) if isinstance(old, date) else old


def _wrong_tax_id(old: Any, setting: Setting) -> Any:
    return tax_ids.spoil(setting.country, old) if old else old


def _missing(old: Any, _: Setting) -> Any:
    return None if old is not None else old


def _said(text: str) -> Callable[[Any, Setting], Any]:
    return lambda _old, _setting: Raw(text)


def _cell_error(_old: Any, _setting: Setting) -> Any:
    return ErrorCell("#N/A")


def _long_text(_old: Any, setting: Setting) -> Any:
    return "véase el acta adjunta " * 30


def _ambiguous(old: Any, setting: Setting) -> Any:
    return Raw("12.500") if setting.decimal_mark is None else old


def _reported_late(values: list[Any], setting: Setting) -> bool:
    """A session of the period before, reported late."""
    start, end = POSITION["training"]["start_date"], POSITION["training"]["end_date"]
    days = timedelta(days=(values[end] - setting.begins_on).days + setting.random.randint(5, 40))
    values[start], values[end] = values[start] - days, values[end] - days
    return True


def _starts_late(values: list[Any], setting: Setting) -> bool:
    start, end = POSITION["training"]["start_date"], POSITION["training"]["end_date"]
    values[start] = setting.ends_on + timedelta(days=setting.random.randint(5, 20))
    values[end] = values[start] + timedelta(days=1)
    return True


def _ends_before_start(values: list[Any], setting: Setting) -> bool:
    values[POSITION["training"]["end_date"]] = values[POSITION["training"]["start_date"]] - timedelta(days=3)
    return True


def _nobody(values: list[Any], _: Setting) -> bool:
    values[POSITION["training"]["women"]] = 0
    values[POSITION["training"]["men"]] = None
    return True


def _undated_practice(values: list[Any], setting: Setting) -> bool:
    status, since = POSITION["practices"]["status"], POSITION["practices"]["since_date"]
    if values[status] != "in_use":
        return False
    values[since] = setting.random.choice((None, setting.ends_on + timedelta(days=30)))
    return True


def _half_a_saving(values: list[Any], _: Setting) -> bool:
    positions = POSITION["practices"]
    if values[positions["resource"]] is None:
        return False
    values[positions["baseline_value"]] = None
    return True


def _more_kept_than_there_were(values: list[Any], setting: Setting) -> bool:
    positions = POSITION["jobs"]
    values[positions["maintained_headcount"]] = values[positions["baseline_headcount"]] + 2
    return True


def _fte_above_heads(values: list[Any], setting: Setting) -> bool:
    positions = POSITION["jobs"]
    heads = max(1, values[positions["current_headcount"]])
    values[positions["current_headcount"]] = heads
    values[positions["current_fte"]] = heads * 4.0
    return True


def _more_fte_kept(values: list[Any], _: Setting) -> bool:
    positions = POSITION["jobs"]
    values[positions["maintained_fte"]] = values[positions["baseline_fte"]] + 1.5
    return True


def _undated_standard(values: list[Any], _: Setting) -> bool:
    positions = POSITION["standards"]
    if values[positions["status"]] not in ("implemented", "certified") or values[positions["group_role"]] == "holder":
        return False
    values[positions["valid_from"]] = None
    return True


def _ends_before_it_begins(values: list[Any], _: Setting) -> bool:
    positions = POSITION["standards"]
    if values[positions["valid_from"]] is None:
        return False
    values[positions["valid_to"]] = values[positions["valid_from"]] - timedelta(days=365)
    return True


def _no_longer_available(values: list[Any], setting: Setting) -> bool:
    positions = POSITION["standards"]
    if values[positions["valid_from"]] is None or values[positions["group_role"]] in ("holder", "member"):
        return False
    values[positions["standard"]] = "utz"
    values[positions["valid_from"]] = max(values[positions["valid_from"]], date(2022, 9, 1))
    values[positions["valid_to"]] = None
    return True


def _without_number(values: list[Any], _: Setting) -> bool:
    positions = POSITION["standards"]
    if values[positions["status"]] != "certified" or values[positions["group_role"]] in ("holder", "member"):
        return False
    values[positions["certificate_no"]] = None
    return True


def _windows_overlap(values: list[Any], _: Setting) -> bool:
    positions = POSITION["sales"]
    values[positions["current_start"]] = values[positions["baseline_start"]]
    values[positions["current_end"]] = values[positions["baseline_end"]]
    return True


def _window_still_open(values: list[Any], setting: Setting) -> bool:
    positions = POSITION["sales"]
    values[positions["current_start"]] = date(setting.ends_on.year, 7, 1)
    values[positions["current_end"]] = date(setting.ends_on.year + 1, 6, 30)
    return True


#: Sheet -> what slips there; rows of a sheet without an entry stay as they are.
_ERRORS: dict[str, list[Slip]] = {
    "enterprises": [
        _put("enterprises", "tax_id", _wrong_tax_id),
        _put("enterprises", "tax_id", _wrong_tax_id),
        _put("enterprises", "size_class", _missing),
        _put("enterprises", "value_chain", _said("pesca")),
        _put("enterprises", "isic_class", _said("9999")),
        _put("enterprises", "joined_on", _two_digit_year),
    ],
    "training": [
        _starts_late,
        _ends_before_start,
        _nobody,
        _put("training", "hours", lambda _old, setting: setting.random.choice((0, 2400))),
        _put("training", "hours", _ambiguous),
        _put("training", "women", _said("dos")),
        _put("training", "topic", _said("liderazgo")),
        _put("training", "start_date", _two_digit_year),
        _put("training", "end_date", _missing),
    ],
    "practices": [
        _undated_practice,
        _put("practices", "status", _missing),
        _put("practices", "practice", _said("compostaje casero")),
        _put("practices", "evidence_ref", _long_text),
    ],
    "jobs": [
        _more_kept_than_there_were,
        _more_fte_kept,
        _fte_above_heads,
        _put("jobs", "current_headcount", _said("tres")),
        _put("jobs", "sex", _said("X")),
        _put("jobs", "current_fte", _cell_error),
        _put("jobs", "baseline_headcount", lambda _old, _setting: -1),
    ],
    "standards": [
        _undated_standard,
        _ends_before_it_begins,
        _no_longer_available,
        _put("standards", "standard", _said("ISO 99999")),
    ],
    "sales": [
        _windows_overlap,
        _window_still_open,
        _put("sales", "current_amount", _said("S/ 12 mil")),
        _put("sales", "currency", _missing),
        _put("sales", "baseline_amount", _cell_error),
    ],
}

_ODDITIES: dict[str, list[Slip]] = {
    "enterprises": [
        _put("enterprises", "tax_id", _missing),
        _put("enterprises", "territory_code", _missing),
        _put("enterprises", "territory_code", _said("999999")),
        _put("enterprises", "territory_name", _said("Villa Inventada")),
        _put("enterprises", "joined_on", lambda _old, _setting: date(2021, 3, 1)),
        _put("enterprises", "legal_name", lambda old, _setting: f"  {old} "),
    ],
    "training": [_reported_late, _put("training", "evidence_ref", _said("lista de asistencia"))],
    "practices": [_half_a_saving, _put("practices", "evidence_ref", _said("foto"))],
    "jobs": [_put("jobs", "decent_work", _missing), _put("jobs", "evidence_ref", _said("planilla "))],
    "standards": [_without_number, _put("standards", "evidence_ref", _said("copia"))],
    "sales": [_put("sales", "evidence_ref", _said("declaración anual"))],
}
