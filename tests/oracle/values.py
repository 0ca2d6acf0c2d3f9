"""Cells to values, with the finding a cell that cannot be read gets (``submission.md``: Reading a value)."""

from __future__ import annotations

import datetime as dt
import importlib
import re
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.cells import Cell
from tests.oracle.contract import Column, load_contract
from tests.oracle.text import clean, fold, is_empty

#: Countries whose tax ids have one length only: lost leading zeros can be proved there.
ONLY_LENGTH = {"AR": 11, "PE": 11, "BR": 14, "SV": 14, "EC": 13, "UY": 12}


@dataclass(frozen=True)
class Value:
    """``read`` is None where the cell is empty or ``rule`` says that it could not be read."""

    read: str | Decimal | dt.date | bool | None
    rule: str | None
    received: str

    @property
    def empty(self) -> bool:
        """The partner gave no value."""
        return self.read is None and self.rule is None

    def counts_as_empty(self, column: Column) -> bool:
        """No value, or one of a descriptive column that cannot be read."""
        return self.empty or (self.rule is not None and column.if_unreadable == "blank")


EMPTY = Value(None, None, "")


def read_value(cell: Cell, column: Column, decimal_mark: str | None = None) -> Value:
    """Read a cell as its column's type."""
    received = "" if cell.lent else cell.as_text()
    if cell.kind == "error":
        return Value(None, "C06", received)
    if cell.kind == "hollow":
        return Value(None, "C07", "")
    if cell.blank or (cell.kind == "text" and is_empty(clean(cell.as_text()))):
        return EMPTY
    if cell.kind == "text" and len(clean(cell.as_text())) > 500:
        return Value(None, "C10", received)
    reader = {
        "integer": _integer,
        "decimal": _decimal,
        "date": _date,
        "code": _code,
        "boolean": _boolean,
        "period": _period,
        "text": _text,
    }[column.type]
    outcome = reader(cell, column, decimal_mark) if column.type in ("integer", "decimal") else reader(cell, column)
    if isinstance(outcome, Refusal):
        return Value(None, outcome.rule, received)
    if isinstance(outcome, Decimal) and abs(outcome) >= 10**15:
        return Value(None, "C02", received)
    if isinstance(outcome, Decimal) and outcome < 0:
        return Value(None, "C08", received)
    return Value(outcome, None, received)


@dataclass(frozen=True)
class Refusal:
    """Why a cell was not read."""

    rule: str


def _integer(cell: Cell, column: Column, decimal_mark: str | None) -> Decimal | Refusal:
    number = _number(cell, decimal_mark, whole=True)
    if isinstance(number, Decimal) and number != number.to_integral_value():
        return Refusal("C02")
    return number


def _decimal(cell: Cell, column: Column, decimal_mark: str | None) -> Decimal | Refusal:
    return _number(cell, decimal_mark, whole=False)


def _number(cell: Cell, decimal_mark: str | None, whole: bool) -> Decimal | Refusal:
    if cell.kind == "number":
        assert isinstance(cell.value, Decimal)
        return cell.value
    if cell.kind != "text":
        return Refusal("C02")
    text = clean(str(cell.value))
    text = re.sub(r"(?<=\d)[\s'’]+(?=\d)", "", text)
    match = re.fullmatch(r"([-−]?)([0-9.,]*[0-9])", text)
    if match is None:
        return Refusal("C02")
    sign, body = ("-" if match[1] else ""), match[2]
    marks = [c for c in body if c in ".,"]
    if not marks:
        return Decimal(sign + body)
    if len(set(marks)) == 2:
        mark = marks[-1]
        return _grouped(sign, body, mark, "." if mark == "," else ",")
    if len(marks) > 1:
        return _grouped(sign, body, "", marks[0])
    before, after = body.split(marks[0])
    if len(after) == 3 and 1 <= len(before) <= 3 and before != "0":
        if whole:
            return Decimal(sign + before + after)
        if decimal_mark is None:
            return Refusal("C03")
        if decimal_mark != marks[0]:
            return Decimal(sign + before + after)
    return Decimal(f"{sign}{before or '0'}.{after}")


def proved_mark(cell: Cell, column: Column) -> str | None:
    """The decimal mark with which alone a text number can be read."""
    if cell.kind != "text":
        return None
    readings = [_number(cell, mark, whole=False) for mark in (",", ".")]
    text = clean(str(cell.value))
    marks = [c for c in text if c in ".,"]
    if not marks or any(isinstance(reading, Refusal) for reading in readings) or readings[0] != readings[1]:
        return None
    if len(set(marks)) == 2:
        return marks[-1]
    return marks[0] if len(marks) == 1 else {",": ".", ".": ","}[marks[0]]


def _grouped(sign: str, body: str, mark: str, thousands: str) -> Decimal | Refusal:
    """A number whose whole part has groups of thousands."""
    if mark and body.count(mark) != 1:
        return Refusal("C02")
    whole, _, fraction = body.partition(mark) if mark else (body, "", "")
    groups = whole.split(thousands)
    if not re.fullmatch(r"\d{1,3}", groups[0]) or any(not re.fullmatch(r"\d{3}", g) for g in groups[1:]):
        return Refusal("C02")
    if thousands in fraction:
        return Refusal("C02")
    return Decimal(f"{sign}{''.join(groups)}.{fraction or '0'}")


def _date(cell: Cell, column: Column) -> dt.date | Refusal:
    if cell.kind == "date":
        assert isinstance(cell.value, dt.date)
        return cell.value
    if cell.kind == "number":
        assert isinstance(cell.value, Decimal)
        return _serial(cell.value)
    if cell.kind != "text":
        return Refusal("C04")
    text = clean(str(cell.value))
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _serial(Decimal(text))
    time = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
    if iso := re.fullmatch(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){time}", text):
        year, month, day = map(int, iso.groups())
    elif local := re.fullmatch(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){time}", text):
        day, month, year = int(local[1]), int(local[3]), int(local[4])
    else:
        return Refusal("C04")
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Refusal("C04")


def _serial(number: Decimal) -> dt.date | Refusal:
    if not 20000 <= number <= 80000:
        return Refusal("C04")
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(number))


def _code(cell: Cell, column: Column) -> str | Refusal | None:
    text = clean(cell.as_text())
    if column.key in ("enterprise_ref", "certificate_no") and cell.kind == "number" and text.isdigit():
        return text.zfill(cell.zeros)
    if column.key == "tax_id" and says_no_tax_id(compact_tax_id(bare_tax_id(text))):
        return None
    if column.codelist in ("", "territory"):
        return text.upper()
    if cell.kind == "bool":
        code = "yes" if cell.value else "no"
        return code if code in load_contract().codes[column.codelist].values() else Refusal("C05")
    codes = load_contract().codes[column.codelist]
    found = codes.get(fold(text))
    if found is None and column.codelist == "isic" and re.fullmatch(r"\d{1,3}", text):
        found = codes.get(text.zfill(4))
    return Refusal("C05") if found is None else found


def _boolean(cell: Cell, column: Column) -> bool | Refusal:
    if cell.kind == "bool":
        return bool(cell.value)
    text = fold(cell.as_text())
    found = load_contract().codes["yes_no"].get(text) or {"true": "yes", "1": "yes", "false": "no", "0": "no"}.get(text)
    return Refusal("C05") if found is None else found == "yes"


def _period(cell: Cell, column: Column) -> str | Refusal:
    text = clean(cell.as_text()).upper()
    for pattern in (
        r"(?P<y>\d{4}) ?-? ?S ?(?P<n>[12])",
        r"(?P<y>\d{4})-(?P<n>[12])",
        r"S ?(?P<n>[12])[ -]?(?P<y>\d{4})",
    ):
        if match := re.fullmatch(pattern, text):
            return f"{match['y']}-S{match['n']}"
    if match := re.fullmatch(r"(\d{4})[ -](I{1,2})", text):
        return f"{match[1]}-S{len(match[2])}"
    return Refusal("C05")


def _text(cell: Cell, column: Column) -> str:
    return clean(cell.as_text())


def compact_tax_id(text: str) -> str:
    """Upper case, without blanks and ``. , / ' -``."""
    return re.sub(r"[\s.,/'-]", "", text.upper())


def bare_tax_id(text: str) -> str:
    """The id without the name of the id before it and ``.0`` after it."""
    names = {facts["tax_id_name"] for facts in load_contract().countries.values()}
    for name in sorted(names, key=len, reverse=True):
        if re.match(rf"{fold(name)}[ :]", fold(text)):
            text = text[len(name) :].lstrip(" :")
    text = text.removeprefix("R.U.C. ")
    return text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text) else text


def says_no_tax_id(compact: str) -> bool:
    """Whether the text only says that there is no tax id."""
    if not any(c.isdigit() for c in compact) or compact == "0":
        return True
    repeated = len(compact) > 1 and len(set(compact)) == 1
    ascending = len(compact) > 1 and compact.isdigit() and compact in "0123456789"
    return repeated or ascending or compact in load_contract().generic_tax_ids


def tax_id_valid(country: str, compact: str) -> bool:
    """Whether the country's check, or its pattern, accepts the id."""
    facts = load_contract().countries[country]
    if facts["tax_id_check"]:
        return bool(importlib.import_module(f"stdnum.{facts['tax_id_check']}").is_valid(compact))
    return re.fullmatch(facts["tax_id_pattern"] or r"[A-Z0-9]{5,20}", compact) is not None


def restored_tax_id(country: str, compact: str) -> str:
    """The id with the leading zeros that its check digit proves to be lost."""
    length = ONLY_LENGTH.get(country)
    if length and compact.isdigit() and len(compact) < length:
        longer = compact.zfill(length)
        if tax_id_valid(country, longer):
            return longer
    return compact


def restored_territory(country: str, code: str) -> str:
    """The code with the leading zeros that the list proves to be lost."""
    known = load_contract().territories.get(country, {})
    if code not in known and code.isdigit():
        width = {len(c) for c in known if c.isdigit()}
        for length in sorted(width):
            if code.zfill(length) in known:
                return code.zfill(length)
    return code
