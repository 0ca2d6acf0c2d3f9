"""The enterprises of a random programme and their tax ids."""

from __future__ import annotations

import datetime as dt
import importlib
import random
from dataclasses import dataclass, field

from tests.oracle.contract import load_contract

#: Countries by how often they are drawn; AR, CU and VE have no price index, UY, CU and VE no rates before 2025.
COUNTRIES = (
    ["PE"] * 6 + ["BR"] * 4 + ["EC", "SV", "UY", "AR", "CU", "VE", "BO", "CO", "CL", "MX", "HN", "PA", "GT", "PY", "CR"]
)
NAMES = ["Quipu", "Cóndor", "Ñawi", "Café Alto", "Algodón", "Amazonía", "São João", "Raíz", "Inti", "Río"]
FORMS = ["S.A.C.", "E.I.R.L.", "Ltda.", "Cooperativa Agraria", "Asociación"]


@dataclass
class Enterprise:
    """An enterprise as it is; ``tax_ids`` are two valid ids, the second one of another enterprise of its own."""

    number: int
    country: str
    tax_id: str
    other_tax_id: str
    name: str
    territory: str
    isic: str
    value_chain: str
    size: str
    has_id_from: int = 0
    has_id_until: int = 99
    refs: dict[str, str] = field(default_factory=dict)


def random_tax_id(rng: random.Random, country: str) -> str:
    """A tax id that the country's check accepts, in compact form."""
    digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))  # noqa: E731
    name = load_contract().countries[country]["tax_id_check"]
    if load_contract().countries[country]["tax_id_pattern"]:
        return rng.choice(["01", "09", "17", "24", "30"]) + digits(8) + rng.choice(["001", "001", "002", "999"])
    if not name:
        return rng.choice([digits(rng.randint(5, 20)), digits(8) + "AB", digits(5), digits(20)])
    module = importlib.import_module(f"stdnum.{name}")
    shapes = {
        "AR": lambda: "30" + digits(9),
        "BR": lambda: (
            (body := rng.choice(["0", "00", "1", "3"]) + digits(11))[:12] + module.calc_check_digits(body[:12])
        ),
        "CL": lambda: digits(8) + rng.choice("0123456789K"),
        "CO": lambda: "9" + digits(9),
        "CR": lambda: "3101" + digits(6),
        "GT": lambda: digits(7) + rng.choice("0123456789K"),
        "MX": lambda: rng.choice(["ABC", "XYZ", "GHO"]) + "990115" + rng.choice("ABC") + digits(1) + "A",
        "PE": lambda: "20" + digits(9),
        "PY": lambda: "80" + digits(7),
        "SV": lambda: "0614" + digits(10),
        "UY": lambda: "21" + digits(6) + "001" + digits(1),
        "VE": lambda: "J" + digits(9),
    }
    for _ in range(20_000):
        candidate = module.compact(shapes[country]())
        if module.is_valid(candidate):
            return str(candidate)
    raise ValueError(f"no tax id found for {country}")


def draw_enterprises(rng: random.Random, count: int, countries: list[str]) -> list[Enterprise]:
    """A pool that several projects share."""
    contract = load_contract()
    isic = sorted(set(contract.codes["isic"].values()))
    chains = sorted(set(contract.codes["value_chain"].values()))[: rng.choice([3, 5, 12])]
    pool = []
    for number in range(count):
        country = rng.choice(countries) if rng.random() < 0.85 else rng.choice(COUNTRIES)
        pool.append(
            Enterprise(
                number,
                country,
                random_tax_id(rng, country),
                random_tax_id(rng, country),
                f"{rng.choice(NAMES)} {number} {rng.choice(FORMS)}",
                rng.choice(sorted(contract.territories[country])),
                rng.choice(isic[:12] if rng.random() < 0.4 else isic),
                rng.choice(chains),
                rng.choice(["micro", "small", "medium"]),
                has_id_from=rng.choice([0, 0, 0, 1, 2, 3, 9]),
            )
        )
    loose = [i for i in pool if not contract.countries[i.country]["tax_id_check"]]
    if len(loose) > 1 and rng.random() < 0.5:
        loose[0].country, loose[0].territory = "HN", "HN-AT"
        loose[1].country, loose[1].territory = "BO", "BO-B"
        loose[0].tax_id = loose[1].tax_id = "87654321"
        loose[0].has_id_from = loose[1].has_id_from = 0
    return pool


def between(rng: random.Random, first: dt.date, last: dt.date) -> dt.date:
    """A day from first to last."""
    return first + dt.timedelta(days=rng.randint(0, max(0, (last - first).days)))
