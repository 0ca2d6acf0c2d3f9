"""Rules that look at one row: C, E, T, P, J, N and S of ``rules.csv``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.oracle.contract import load_contract
from tests.oracle.model import Row, period_start
from tests.oracle.sheet_rules import report
from tests.oracle.text import fold
from tests.oracle.values import compact_tax_id, tax_id_valid


@dataclass(frozen=True)
class Setting:
    """What a row is judged against."""

    period: str
    ends: dt.date
    project_start: dt.date | None
    enterprises: dict[str, Row]


def judge_row(row: Row, setting: Setting) -> None:
    """Every rule of the row's own sheet, after the C rules of its cells."""
    for column in load_contract().columns[row.sheet]:
        value = row.value(column.key)
        if value.rule:
            report(row, value.rule, column.key)
        elif column.required and value.empty:
            report(row, "C01", column.key)
    {
        "enterprises": _enterprise,
        "training": _training,
        "practices": _practice,
        "jobs": _job,
        "standards": _standard,
        "sales": _sales,
    }[row.sheet](row, setting)


def _enterprise(row: Row, setting: Setting) -> None:
    country, tax_id = row.read("country"), row.value("tax_id")
    if tax_id.empty:
        report(row, "E04", "tax_id")
    elif tax_id.read and country and not tax_id_valid(country, compact_tax_id(str(tax_id.read))):
        report(row, "E03", "tax_id")
    code, name = row.value("territory_code"), row.read("territory_name")
    territories = load_contract().territories.get(country, {}) if country else None
    if code.empty:
        report(row, "E07", "territory_code")
    elif code.read and territories is not None:
        known = {fold(c): n for c, n in territories.items()}.get(fold(str(code.read)))
        if known is None:
            report(row, "E07", "territory_code")
        elif name is not None and fold(str(name)) != fold(known):
            report(row, "E08", "territory_name")
    joined = row.read("joined_on")
    if joined and ((setting.project_start and joined < setting.project_start) or joined > setting.ends):
        report(row, "E10", "joined_on")


def _training(row: Row, setting: Setting) -> None:
    start, end, hours = row.read("start_date"), row.read("end_date"), row.read("hours")
    if start and start > setting.ends:
        report(row, "T01", "start_date")
    if start and end and end < start:
        report(row, "T03", "end_date")
    elif end and end < period_start(setting.period):
        report(row, "T02", "end_date")
    if hours is not None and (hours == 0 or hours > 2000):
        report(row, "T04", "hours")
    women, men = row.value("women"), row.value("men")
    if not women.rule and not men.rule and not women.read and not men.read:
        report(row, "T05", "women")


def _practice(row: Row, setting: Setting) -> None:
    since = row.value("since_date")
    if row.read("status") == "in_use":
        if since.empty:
            report(row, "P01", "since_date")
        elif since.read and since.read > setting.ends:
            report(row, "P02", "since_date")
    names = ["resource", "unit", "baseline_value", "current_value"]
    parts = [row.value(name) for name in names]
    missing = [name for name, part in zip(names, parts, strict=True) if part.empty]
    if not any(part.rule for part in parts) and 0 < len(missing) < 4:
        report(row, "P03", missing[0])


def _exceeds(row: Row, column: str, others: tuple[str, str]) -> bool:
    value = row.read(column)
    return value is not None and any(row.read(o) is not None and value > row.read(o) for o in others)


def _job(row: Row, setting: Setting) -> None:
    if _exceeds(row, "maintained_headcount", ("baseline_headcount", "current_headcount")):
        report(row, "J02", "maintained_headcount")
    if _exceeds(row, "maintained_fte", ("baseline_fte", "current_fte")):
        report(row, "J03", "maintained_fte")
    for part in ("baseline", "current", "maintained"):
        fte, heads = row.read(f"{part}_fte"), row.read(f"{part}_headcount")
        if fte is not None and heads is not None and fte > heads * Decimal("1.25"):
            report(row, "J04", f"{part}_fte")
    enterprise = setting.enterprises.get(fold(str(row.read("enterprise_ref") or "")))
    allowed = {"micro": 10, "small": 50, "medium": 250}.get(enterprise.read("size_class") if enterprise else None)
    for column in ("baseline_headcount", "current_headcount"):
        if allowed and row.read(column) is not None and row.read(column) > 10 * allowed:
            report(row, "J05", column)


def _standard(row: Row, setting: Setting) -> None:
    status = row.read("status")
    start, end = row.value("valid_from"), row.value("valid_to")
    held = status in ("implemented", "certified")
    if held and start.empty:
        report(row, "N01", "valid_from")
    if status == "certified" and row.value("certificate_no").empty:
        report(row, "N02", "certificate_no")
    if start.read and end.read and end.read < start.read:
        report(row, "N03", "valid_to")
    elif held and start.read and start.read > setting.ends:
        report(row, "N04", "valid_from")
    elif held and end.read and end.read < setting.ends:
        report(row, "N04", "valid_to")
    standard = row.read("standard")
    if standard and start.read:
        facts = load_contract().standards[standard]
        day = start.read.isoformat()
        if day < facts["available_from"] or (facts["available_until"] and day > facts["available_until"]):
            report(row, "N05", "valid_from")


def window_months(start: dt.date, end: dt.date) -> list[tuple[int, int]]:
    """The months of a window's days, first to last."""
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [(m // 12, m % 12 + 1) for m in range(first, last + 1)]


def apart_in_the_year(one: dt.date, other: dt.date) -> int:
    """Days between two days of the year, around the year's end too."""
    days = abs(one.timetuple().tm_yday - other.timetuple().tm_yday)
    return min(days, 365 - days)


def _sales(row: Row, setting: Setting) -> None:
    baseline, current = row.value("baseline_amount"), row.read("current_amount")
    b0, b1, c0, c1 = (row.read(n) for n in ("baseline_start", "baseline_end", "current_start", "current_end"))
    if baseline.empty:
        report(row, "S01", "baseline_amount")
    for start, end, column in ((b0, b1, "baseline_end"), (c0, c1, "current_end")):
        if start and end and not 362 <= (end - start).days + 1 <= 369:
            report(row, "S02", column)
    if b0 and c0 and apart_in_the_year(b0, c0) > 3:
        report(row, "S03", "current_start")
    if c0 and b1 and c0 <= b1:
        report(row, "S04", "current_start")
    if c1 and c1 > setting.ends:
        report(row, "S05", "current_end")
    if baseline.read and current is not None and (current >= 10 * baseline.read or 10 * current <= baseline.read):
        report(row, "S06", "current_amount")
    _currency(row, setting, [(b0, b1), (c0, c1)])
    _plausible(row, "baseline_amount", b0, b1)
    _plausible(row, "current_amount", c0, c1)


def _plausible(row: Row, column: str, start: dt.date | None, end: dt.date | None) -> None:
    """S09: an amount above 0 between 100 and 50 million euros at the mean rate of its window's months."""
    amount, currency = row.read(column), row.read("currency")
    if not amount or currency is None or start is None or end is None or start > end:
        return
    rates = [load_contract().rates.get((currency, f"{y}-{m:02}")) for y, m in window_months(start, end)]
    if None in rates:
        return
    euros = Fraction(amount) / (sum(Fraction(rate) for rate in rates if rate) / len(rates))
    if not 100 <= euros <= 50_000_000:
        report(row, "S09", column)


def _currency(row: Row, setting: Setting, windows: list[tuple[dt.date | None, dt.date | None]]) -> None:
    """S07 and S08, where the enterprise's country is known."""
    contract = load_contract()
    enterprise = setting.enterprises.get(fold(str(row.read("enterprise_ref") or "")))
    country = enterprise.read("country") if enterprise else None
    currency = row.read("currency")
    if country is None:
        return
    if currency and currency not in (contract.countries[country]["currency"], "USD", "EUR"):
        report(row, "S07", "currency")
    for start, end in windows:
        for year, month in window_months(start, end) if start and end and start <= end else []:
            no_index = (country, year) not in contract.price_index
            no_rate = currency and (currency, f"{year}-{month:02}") not in contract.rates
            if no_index or no_rate:
                report(row, "S08", "currency")
                return
