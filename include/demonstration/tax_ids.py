"""Tax ids that their country's check accepts, and some that it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from random import Random

from stdnum.br.cnpj import calc_check_digits

from include.contract.model import seed

_CHECKS = {row["country"]: row["tax_id_check"] for row in seed("countries")}
_PATTERNS = {row["country"]: row["tax_id_pattern"] or r"[^\W_]{5,20}" for row in seed("countries")}
_LENGTHS = {row["country"]: int(row["tax_id_digits"]) for row in seed("countries") if row["tax_id_digits"]}
#: After so many forms of which none is valid, none will be.
_TRIALS = 1000


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def _brazil(random: Random) -> str:
    stem = _digits(random, 8) + "0001"
    return stem + calc_check_digits(stem)


def _mexico(random: Random) -> str:
    letters = "".join(random.choices("ABCDEFGHJKLMNPRSTVZ", k=3))
    founded = f"{random.randint(0, 22):02}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    return f"{letters}{founded}{random.choice('123456789')}{random.choice('ABCDEFGH')}{random.randint(0, 9)}"


#: Country -> its form, with ``?`` where the check digit has to be found; others are digits alone.
_FORMS: dict[str, Callable[[Random], str]] = {
    "AR": lambda random: f"30{_digits(random, 8)}?",
    "BO": lambda random: f"{random.randint(1, 9)}{_digits(random, 8)}",
    "BR": _brazil,
    "CL": lambda random: f"{random.randint(60, 98)}{_digits(random, 6)}?",
    "CO": lambda random: f"{random.choice(('800', '900', '901'))}{_digits(random, 6)}?",
    "CR": lambda random: f"3{random.choice(('101', '102'))}{_digits(random, 6)}",
    "EC": lambda random: f"{random.randint(1, 24):02}9{_digits(random, 6)}?001",
    "GT": lambda random: f"{random.randint(1, 9)}{_digits(random, 6)}?",
    "HN": lambda random: f"{random.randint(1, 18):02}01{random.randint(1990, 2022)}{_digits(random, 6)}",
    "MX": _mexico,
    "NI": lambda random: f"J0310000{_digits(random, 6)}",
    "PA": lambda random: f"{random.randint(1000000, 9999999)}{random.randint(1, 2)}{random.randint(100000, 999999)}",
    "PE": lambda random: f"{random.choices(('20', '10'), (3, 1))[0]}{_digits(random, 8)}?",
    "PY": lambda random: f"80{_digits(random, 6)}?",
    "SV": lambda random: f"0{random.randint(1, 9)}{random.randint(10, 22)}{_digits(random, 6)}101?",
}


def is_valid(country: str, tax_id: str) -> bool:
    """Whether the country's ``python-stdnum`` module, or pattern, accepts a compact tax id (with neither: 5 to 20)."""
    if not _CHECKS[country]:
        return re.fullmatch(_PATTERNS[country], tax_id) is not None
    return bool(import_module(f"stdnum.{_CHECKS[country]}").is_valid(tax_id))


def draw(random: Random, country: str) -> str:
    """A valid tax id in compact form. Raises ValueError where it takes a form that is not here."""
    for _ in range(_TRIALS):
        form = _FORMS[country](random) if country in _FORMS else f"{_digits(random, _length(random, country) - 1)}?"
        candidates = (form.replace("?", digit) for digit in "0123456789K") if "?" in form else (form,)
        for tax_id in candidates:
            if is_valid(country, tax_id):
                return tax_id
    raise ValueError(f"no digits alone are a tax id of {country}: say in {__name__}._FORMS what one looks like")


def _length(random: Random, country: str) -> int:
    return _LENGTHS.get(country) or random.randint(8, 14)


def spoil(country: str, tax_id: str) -> str:
    """The same tax id with a slip of the pen that its country's check notices."""
    wrong_digit = tax_id[:-1] + ("7" if tax_id[-1] != "7" else "3")
    for slip in (wrong_digit, tax_id[:-1], tax_id[:-2], tax_id[:4]):
        if not is_valid(country, slip):
            return slip
    raise ValueError(f"no invalid form of a tax id of {country}")
