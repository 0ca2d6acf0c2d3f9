"""Draws the facts of an enterprise's dossier: practices, jobs, standards, sales.

Each function yields what counts (or, where it says so, what does not) for its indicator, as ``kpis.md`` of the
contract defines it, so that quotas can be met exactly.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from random import Random

from include.contract.model import seed
from include.demonstration import words
from include.demonstration.dossier import JobCell, Practice, Sales, Standard
from include.demonstration.semesters import day_within

_AGRICULTURE = ("polyculture", "agroforestry", "organic_inputs", "soil_conservation", "water_saving")
_CIRCULAR = (
    "energy_efficiency", "renewable_energy", "waste_reuse", "recycled_inputs", "plastic_reduction", "eco_design",
    "clean_production", "water_saving",
)  # fmt: skip
_UNITS = {
    "water": ("m3/t", (12.5, 80.0)),
    "energy": ("kWh/u", (1.8, 6.4)),
    "material": ("kg/u", (0.9, 2.4)),
    "waste": ("kg/u", (0.2, 0.8)),
}
_STANDARDS = {
    "coffee": ("organic_eu", "rainforest_alliance", "fairtrade", "4c", "bpa"),
    "cacao": ("organic_eu", "organic_usda", "rainforest_alliance", "fairtrade", "bpa"),
    "aguaje": ("organic_eu", "haccp", "bpa"),
    "other_crops": ("globalgap", "bpa", "organic_usda"),
    "livestock": ("bpa", "globalgap"),
    "apparel": ("gots", "oeko_tex_100", "smeta", "clean_production_agreement"),
    "sustainable_fashion": ("gots", "grs", "oeko_tex_100", "b_corp"),
    "commerce": ("iso_14001", "b_corp", "clean_production_agreement"),
    "plastics": ("grs", "iso_14001", "iso_50001", "clean_production_agreement"),
    "food_processing": ("haccp", "bpa", "iso_14046"),
    "tourism": ("iso_14001", "b_corp"),
    "other": ("iso_14001", "clean_production_agreement"),
}
#: standards that groups of producers hold together
GROUP_STANDARDS = ("organic_eu", "rainforest_alliance", "fairtrade")
_KINDS = {row["standard"]: row["kind"] for row in seed("standards")}
_CURRENCIES = {row["country"]: row["currency"] for row in seed("countries")}
_EUR_PER_YEAR = {"micro": (4_000, 45_000), "small": (45_000, 320_000), "medium": (320_000, 1_600_000)}


def grade(random: Random) -> str | None:
    return random.choices(("A", "B", "C", "D", None), (25, 35, 22, 10, 8))[0]


def practices(random: Random, pillar: str, first: date, last: date, *, in_use: bool) -> list[Practice]:
    """One to three practices; without ``in_use`` only planned and discontinued ones (which do not count)."""
    usual = _AGRICULTURE if pillar == "agriculture" else _CIRCULAR
    names = random.sample(usual, random.choices((1, 2, 3), (6, 3, 1))[0])
    drawn = []
    for position, name in enumerate(names):
        counts = in_use and (position == 0 or random.random() < 0.7)
        resource = random.choice(tuple(_UNITS)) if random.random() < 0.55 else None
        unit, (low, high) = _UNITS[resource or "water"]
        baseline = round(random.uniform(low, high), 2)
        saving = random.choice((-0.05, 0.08, 0.15, 0.22, 0.25, 0.3, 0.4))
        drawn.append(
            Practice(
                practice=name,
                since=day_within(random, first, last) if counts or random.random() < 0.3 else None,
                discontinued=not counts,
                resource=resource,
                unit=unit if resource and random.random() < 0.97 else None,
                baseline=baseline if resource else None,
                current=round(baseline * (1 - saving), 2) if resource else None,
                grade=grade(random),
            )
        )
    return drawn


def jobs(random: Random, people: int) -> list[JobCell]:
    """One or two kinds of green jobs, ``people`` created and maintained in all by the last period."""
    created = sum(random.random() < 0.55 for _ in range(people))
    parts = [(created, people - created)]
    if people > 3:
        first = random.randint(0, created), random.randint(0, people - created)
        parts = [first, (created - first[0], people - created - first[1])]
    categories = [*random.choices(("green", "green_digital"), (7, 3)), "green"]
    sexes = random.sample(("F", "M"), 2)
    cells = []
    for (new, kept), category, sex in zip(parts, categories, sexes, strict=False):
        cells.append(
            JobCell(
                category=category,
                sex=sex,
                age_group=random.choices(("15-24", "25-29", "30+"), (3, 3, 4))[0],
                green_basis=random.choice(("output", "process", "both")),
                decent_work=random.choices(("yes", "no", "unknown", None), (6, 1, 2, 1))[0],
                baseline=kept + (random.random() < 0.15),  # somebody left and was replaced
                created=new,
                maintained=kept,
                fte_each=random.choice((1.0, 1.0, 0.75, 0.5)),
                grade=random.choice("AAB"),
            )
        )
    return cells


def digital_job(random: Random) -> JobCell:
    """Jobs that are digital and not green."""
    kept = random.randint(0, 2)
    created = random.randint(0, 2)
    age_group = random.choice(("15-24", "25-29"))
    return JobCell("digital", random.choice("FM"), age_group, "process", "unknown", kept, created, kept, 1.0, "B")


def standard(random: Random, chain: str, first: date, last: date, *, choices: tuple[str, ...] = ()) -> Standard:
    """A standard that counts at the end of ``last``: implemented or certified, valid beyond it."""
    name = random.choice(choices or _STANDARDS[chain])
    valid_from = day_within(random, first, last)
    certified = _KINDS[name] == "certification" and random.random() < 0.85
    return Standard(
        standard=name,
        scope=random.choice(("planta", "parcela", "línea principal", None)),
        status="certified" if certified else "implemented",
        certificate_no=f"{name[:3].upper()}-{random.randint(10_000, 99_999)}" if certified else None,
        certifier=random.choice(words.CERTIFIERS) if certified else None,
        valid_from=valid_from,
        valid_to=max(last, valid_from + timedelta(days=3 * 365)) if random.random() < 0.8 else None,
        group_role="individual" if random.random() < 0.6 else None,
        grade=grade(random),
    )


def idle_standard(random: Random, chain: str, first: date, last: date) -> Standard:
    """A standard that does not count: in preparation, suspended or run out."""
    drawn = standard(random, chain, first, last)
    drawn.status = random.choices(("preparing", "suspended", "expired", "implemented"), (6, 2, 2, 1))[0]
    if drawn.status in ("expired", "implemented"):  # validity that ended before the reports
        drawn.valid_from, drawn.valid_to = date(2020, 5, 1), date(2023, 4, 30)
    elif drawn.status == "preparing":
        drawn.valid_from = drawn.valid_to = None
    drawn.certificate_no = drawn.certifier = None
    return drawn


def sales(
    random: Random, country: str, size_class: str, *, harvest_year: bool, increased: bool, flaw: str | None
) -> Sales:
    """Yearly sales; real growth is at least 3 % away from none, so that rounding decides nothing."""
    currency = _CURRENCIES[country]
    if random.random() < 0.04:
        currency = random.choice(("USD", "EUR"))
    if flaw == "S07":
        currency = "GTQ" if currency != "GTQ" else "CRC"
    low, high = _EUR_PER_YEAR[size_class]
    growth = random.uniform(0.03, 0.6) if increased else -random.uniform(0.03, 0.35)
    baseline = round(random.uniform(low, high) * units_per_eur(currency), 2)
    return Sales(harvest_year, baseline, growth, currency, flaw, grade(random))


@lru_cache
def units_per_eur(currency: str) -> float:
    """Rate of mid-2022, for amounts of a believable size."""
    rates = {row["currency"]: float(row["units_per_eur"]) for row in seed("fx_monthly") if row["month"] == "2022-06"}
    return rates[currency]


@lru_cache(maxsize=1)
def price_indices() -> dict[tuple[str, int], float]:
    """(country, year) -> consumer price index, 2019 = 100."""
    return {(row["country"], int(row["year"])): float(row["index_2019_100"]) for row in seed("cpi_annual")}


def price_change(country: str, baseline: tuple[date, date], current: tuple[date, date]) -> float | None:
    """Price index of the current window over that of the baseline, each the mean over its months of the index of
    the month's year; empty where the country has no index for a month."""

    def index(window: tuple[date, date]) -> float | None:
        months = range(window[0].year * 12 + window[0].month - 1, window[1].year * 12 + window[1].month)
        indices = [price_indices().get((country, month // 12)) for month in months]
        known = [value for value in indices if value is not None]
        return sum(known) / len(known) if len(known) == len(indices) else None

    before, after = index(baseline), index(current)
    return after / before if before and after else None
