"""Rows of a random submission: mostly sound, often on a boundary, sometimes wrong in one way."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from tests.oracle.contract import load_contract
from tests.oracle.model import period_end, period_start
from tests.oracle.world import Enterprise, between

RowValues = dict[str, object]
DAY = dt.timedelta(days=1)


#: Texts that only say that there is no tax id, and some that are nearly such.
NO_TAX_IDS = ["en trámite", "Pendiente", "00000", "0", "9999999", "12345", "56789", "XAXX010101000", "xexx-010101-000"]
NO_TAX_IDS += ["RUC", "RUC: pendiente", "7", "11112", "987654321", "no tiene", "A-A-A", "12346"]


@dataclass
class Context:
    """What the rows of one submission are drawn for."""

    rng: random.Random
    project: str
    period: str
    number: int
    start: dt.date
    rare: float

    def often(self, probability: float) -> bool:
        """A coin."""
        return self.rng.random() < probability

    def rarely(self) -> bool:
        """The coin for a rare case."""
        return self.rng.random() < self.rare


def codes(name: str) -> list[str]:
    """The codes of a list."""
    return sorted(set(load_contract().codes[name].values()))


def grade(context: Context) -> str | None:
    """An evidence grade."""
    return context.rng.choice(["A", "A", "B", "C", "D", None])


def enterprise_row(context: Context, item: Enterprise) -> RowValues:
    """An enterprises row with E03, E04, E07, E08 and E10 cases."""
    rng, ends = context.rng, period_end(context.period)
    tax_id: str | None = item.tax_id if item.has_id_from <= context.number < item.has_id_until else None
    if context.rarely():
        bad = item.tax_id[:-1] + rng.choice([c for c in "0123456789" if c != item.tax_id[-1]])
        tax_id = rng.choice([None, item.other_tax_id, bad, "123", "???", item.tax_id])
        if context.often(0.5):
            tax_id = rng.choice(NO_TAX_IDS)
    if tax_id and context.often(0.2):
        tax_id = rng.choice(
            [f"{tax_id[:2]}-{tax_id[2:]}", f"{tax_id[:3]}.{tax_id[3:6]}/{tax_id[6:]}", tax_id.lower(), f" {tax_id} "]
        )
    known = load_contract().territories[item.country]
    code: str | None = item.territory
    name: str | None = known[item.territory] if context.often(0.7) else None
    if context.rarely():
        code, name = rng.choice(
            [(None, name), ("999999", name), (code, "Otra Parte"), (code, (name or "x").upper()), (None, None)]
        )
    joined = between(rng, context.start, max(context.start, ends))
    if context.rarely():
        joined = rng.choice([context.start, context.start - DAY, ends, ends + DAY])
    return {
        "enterprise_ref": item.refs[context.project],
        "tax_id": tax_id,
        "legal_name": item.name,
        "country": item.country,
        "territory_code": code,
        "territory_name": name,
        "isic_class": item.isic,
        "value_chain": item.value_chain if context.often(0.95) else rng.choice(codes("value_chain")),
        "size_class": item.size,
        "owner_sex": rng.choice(["F", "M", "mixed", None]),
        "owner_age_group": rng.choice(["15-24", "25-29", "30+", None]),
        "joined_on": joined,
    }


def training_rows(context: Context, item: Enterprise) -> list[RowValues]:
    """Sessions with T01 to T05 cases."""
    rng, first, last = context.rng, period_start(context.period), period_end(context.period)
    rows = []
    for _ in range(rng.choice([0, 1, 1, 2])):
        start = between(rng, first, last - 30 * DAY)
        end = start + rng.randint(0, 20) * DAY
        hours: object = rng.choice([4, 8, 16, 24.5, 2000, 0.5])
        women: object = rng.choice([0, 1, 3, None])
        men: object = rng.choice([2, 5, 1])
        if context.rarely():
            start, end = rng.choice(
                [
                    (last, last),
                    (last + DAY, last + 5 * DAY),
                    (first - 9 * DAY, first - DAY),
                    (first - DAY, first),
                    (start, start - DAY),
                    (first - DAY, first - 3 * DAY),
                    (start, start),
                    (last, last + DAY),
                ]
            )
        if context.rarely():
            hours = rng.choice([0, 2000, 2000.01, 2001, -1, "0", "2.000", 0.001])
        if context.rarely():
            women, men = rng.choice([(0, 0), (None, None), (0, None), (None, 0), (1, None), (None, "x"), (-1, 0)])
        rows.append(
            {
                "enterprise_ref": item.refs[context.project],
                "topic": rng.choice(codes("training_topic")),
                "activity": f"Taller {rng.randint(1, 40)}",
                "start_date": start,
                "end_date": end,
                "hours": hours,
                "women": women,
                "men": men,
                "evidence_grade": grade(context),
                "evidence_ref": None,
            }
        )
    return rows


def practice_rows(context: Context, item: Enterprise) -> list[RowValues]:
    """Practices with P01 to P03 cases and savings around 20 %."""
    rng, last = context.rng, period_end(context.period)
    rows = []
    for name in rng.sample(codes("practice"), rng.choice([0, 1, 2])):
        status = rng.choice(["in_use", "in_use", "in_use", "planned", "discontinued"])
        since: dt.date | None = between(rng, dt.date(2021, 6, 1), last)
        saving: tuple[object, ...] = rng.choice(
            [
                (None, None, None, None),
                ("water", "m3/t", 100, 80),
                ("energy", "kWh/u", 12.5, 10),
                ("waste", "kg/u", 0.3, 0.24),
                ("material", "kg/u", 1.1, 0.88),
                ("water", "m3/t", 100, 80.01),
                ("water", "m3/t", 80, 100),
                ("waste", "kg/u", 0, 0),
                ("energy", "kWh/u", 50, 0),
                ("energy", "kWh/u", 0.7, 0.56),
                ("energy", "kWh/u", 5, 4.5),
            ]
        )
        if context.rarely():
            since = rng.choice([None, last, last + DAY, last + 200 * DAY])
        if context.rarely():
            saving = rng.choice(
                [
                    ("water", None, 100, 50),
                    (None, "m3/t", 100, 50),
                    ("water", "m3", None, 50),
                    ("water", "m3", 100, None),
                    ("water", "m3", "x", None),
                    ("nada", None, 100, 50),
                    (None, None, None, 3),
                    ("water", "m3", 100, -2),
                ]
            )
        rows.append(
            {
                "enterprise_ref": item.refs[context.project],
                "practice": name,
                "status": status,
                "since_date": since if status != "planned" or context.often(0.3) else None,
                "resource": saving[0],
                "unit": saving[1],
                "baseline_value": saving[2],
                "current_value": saving[3],
                "evidence_grade": grade(context),
                "evidence_ref": None,
            }
        )
    return rows


def job_rows(context: Context, item: Enterprise) -> list[RowValues]:
    """Jobs with J02 to J05 cases."""
    rng = context.rng
    rows = []
    cells = [(c, s, a) for c in codes("job_category") for s in ("F", "M") for a in ("15-24", "25-29", "30+")]
    for category, sex, age in rng.sample(cells, rng.choice([0, 1, 2, 3])):
        base, now = rng.randint(0, 6), rng.randint(0, 8)
        kept = rng.randint(0, min(base, now))
        share = rng.choice([1, 0.5, 0.75, 1.25])
        heads: list[object] = [base, now, kept]
        full: list[object] = [base * share, now * share, kept * share]
        if context.rarely():
            heads[2] = rng.choice([base + 1, now + 1, max(base, now)])
        if context.rarely():
            full[2] = rng.choice([base * share + 0.25, now * share + 0.01, "x", None])
        if context.rarely():
            full[rng.randint(0, 2)] = rng.choice([base * 1.25 + 0.01, now * 1.25, 1.25, 0.01, -1])
        if context.rarely() and context.often(0.4):
            most = {"micro": 100, "small": 500, "medium": 2500}[item.size]
            heads[rng.choice([0, 1])] = rng.choice([most, most + 1, most - 1, 10 * most])
        rows.append(
            {
                "enterprise_ref": item.refs[context.project],
                "job_category": category,
                "sex": sex,
                "age_group": age,
                "green_basis": rng.choice(["output", "process", "both", None]),
                "decent_work": rng.choice(["yes", "no", "unknown", None]),
                "baseline_headcount": heads[0],
                "current_headcount": heads[1],
                "maintained_headcount": heads[2],
                "baseline_fte": full[0],
                "current_fte": full[1],
                "maintained_fte": full[2],
                "evidence_grade": grade(context),
                "evidence_ref": "planilla",
            }
        )
    return rows


def standard_rows(context: Context, item: Enterprise) -> list[RowValues]:
    """Standards with N01 to N05 cases."""
    rng, last = context.rng, period_end(context.period)
    rows = []
    for name in rng.sample(codes("standard"), rng.choice([0, 0, 1, 2])):
        status = rng.choice(["certified", "certified", "implemented", "preparing", "suspended", "expired"])
        start: dt.date | None = between(rng, dt.date(2020, 1, 1), last)
        end: dt.date | None = rng.choice([None, last, last + DAY, dt.date(2026, 6, 30), last + 182 * DAY])
        if context.rarely():
            start, end = rng.choice(
                [
                    (last, None),
                    (last + DAY, None),
                    (last - 400 * DAY, last - DAY),
                    (last - 400 * DAY, last),
                    (start, start),
                    (start, (start or last) - DAY),
                    (None, last - DAY),
                    (None, None),
                    (last + DAY, last + DAY),
                    (last + DAY, last),
                ]
            )
        if context.rarely():
            name, start = rng.choice(
                [
                    ("utz", dt.date(2022, 6, 30)),
                    ("utz", dt.date(2022, 7, 1)),
                    ("iso_50001", dt.date(2011, 6, 15)),
                    ("iso_50001", dt.date(2011, 6, 14)),
                    ("clean_production_agreement", dt.date(2009, 12, 31)),
                ]
            )
        number = rng.choice([f"C-{rng.randint(1, 99999):06}", None]) if context.often(0.9) else f"c-{item.number}"
        rows.append(
            {
                "enterprise_ref": item.refs[context.project],
                "standard": name,
                "scope": rng.choice(["planta", "finca", None]),
                "status": status,
                "certificate_no": number,
                "certifier": rng.choice(["Ceres", None]),
                "valid_from": start,
                "valid_to": end,
                "group_role": rng.choice(["individual", "individual", "holder", "member", None]),
                "evidence_grade": grade(context),
                "evidence_ref": None,
            }
        )
    return rows


def group_certificates(context: Context, items: list[Enterprise]) -> list[RowValues]:
    """A holder with or without members, or with itself as its only member."""
    rng, last = context.rng, period_end(context.period)
    rows = []
    for _ in range(rng.choice([0, 1, 2])):
        number = f"G-{rng.randint(1, 9999):05}"
        holder = rng.choice(items)
        members = rng.sample(items, min(len(items), rng.choice([0, 1, 2])))
        roles = [(holder, "holder"), *((m, "member") for m in members)]
        for item, role in roles:
            rows.append(
                {
                    "enterprise_ref": item.refs[context.project],
                    "standard": rng.choice(["organic_eu", "fairtrade"]),
                    "scope": rng.choice(["grupo", None]),
                    "status": rng.choice(["certified", "certified", "implemented", "preparing"]),
                    "certificate_no": number if context.often(0.8) else number.lower(),
                    "certifier": "Ceres",
                    "valid_from": rng.choice([dt.date(2022, 1, 1), dt.date(2021, 6, 1), last + DAY]),
                    "valid_to": rng.choice([None, last, dt.date(2027, 1, 1)]),
                    "group_role": role,
                    "evidence_grade": grade(context),
                    "evidence_ref": "cert",
                }
            )
    rng.shuffle(rows)
    return rows
