"""How partners write values: the notations that must be read, and the cells that cannot be."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from tests.oracle.contract import Column, load_contract


@dataclass(frozen=True)
class Formula:
    """A formula cell; without a stored value where ``stored`` is None."""

    stored: object = None


@dataclass(frozen=True)
class Padded:
    """A number that a format of zeros shows with leading ones."""

    number: int
    width: int


class OneMark(str):
    """A decimal mark that the file keeps to."""


@dataclass(frozen=True)
class Failed:
    """A cell that holds a spreadsheet error."""

    name: str = "#N/A"


#: Numbers that are read in a way that needs a second look.
EXOTIC = [
    "1 234",
    "1\u00a0234,5",
    "12'345.5",
    "1.234,56",
    "1,234.56",
    "1.234.567,8",
    "0,125",
    "0.5",
    "000,500",
    "1234.567",
]
EXOTIC += ["999999999999999", "1000000000000000", "1.000.000.000.000.000", "-1e15"]
EXOTIC += [
    "12.345",
    "12,345",
    "123.456",
    "0.000",
    "00.125",
    "1.23,4",
    "1,23.4",
    "1,234,56",
    "12,345,678.9",
    "-1,5",
    "−0",
    "-0",
]
EXOTIC += [
    "1.000.000",
    "1,000,000",
    "1.0000",
    "1,00",
    "10.0",
    "7,0",
    "1 000 000,25",
    "3.1416",
    "4,5 %",
    "2e3",
    "US$ 4",
    "+5",
    "5-",
]


#: Further words for "empty", as people write them.
EMPTY = ["No aplica", "NO TIENE", "ninguno", "Ningúna", "sin dato", "sin  datos", "Não se aplica", "nao tem", "Nenhum"]
EMPTY += ["nenhuma", "sem dados", "Not applicable", "None", "NO DATA", "no\u00a0aplica", "\u200bninguno"]


def written(rng: random.Random, column: Column, value: object, csv: bool, mark: str | None) -> object:
    """A value in one of the notations of its type."""
    if value is None:
        return (
            rng.choice([None, None, None, "-", "--", "n/a", "N/D", "s/d", "  ", "na", "sd", *EMPTY])
            if rng.random() < 0.3
            else None
        )
    if isinstance(value, dt.date):
        return _date(rng, value, csv)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(rng, column, value, csv, mark)
    text = str(value)
    if column.type == "code":
        code = _code(rng, column, text, csv)
        return _unseen(rng, code) if isinstance(code, str) and rng.random() < 0.05 else code
    if rng.random() < 0.08:
        return rng.choice([f"  {text}", f"{text} ", text.replace(" ", "  "), f"{text}\u00a0"])
    return text


def _unseen(rng: random.Random, text: str) -> str:
    """The text with characters that nobody sees."""
    at = rng.randint(0, len(text))
    mark = rng.choice(["\u200b", "\u200e", "\u00ad", "\ufeff", "\u2060", "\ufe0f", "\u061c"])
    return rng.choice([text[:at] + mark + text[at:], f"\u202a{text}\u202c", f"{text}\n", f"\t{text}"])


def _date(rng: random.Random, value: dt.date, csv: bool) -> object:
    texts = [value.isoformat(), f"{value:%d/%m/%Y}", f"{value:%d-%m-%Y}", f"{value:%d.%m.%Y}"]
    texts += [f"{value.day}/{value.month}/{value.year}", f" {value.isoformat()} ", f"{value.isoformat()} 00:00:00"]
    texts.append(str((value - dt.date(1899, 12, 30)).days))
    if csv:
        return texts[0] if rng.random() < 0.6 else rng.choice(texts)
    if rng.random() < 0.7:
        return value
    if rng.random() < 0.15:
        return dt.datetime(value.year, value.month, value.day, 13, 30)
    return rng.choice([*texts, (value - dt.date(1899, 12, 30)).days])


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _number(rng: random.Random, column: Column, value: float, csv: bool, mark: str | None) -> object:
    if not csv and rng.random() < 0.75:
        return value
    text = _plain(value)
    sign, body = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, fraction = body.partition(".")
    grouped = f"{int(whole):,}"
    choices = [text, text, text.replace(".", ","), f" {text} "]
    if sign:
        choices.append("−" + body)
    if "," in grouped:
        if column.type == "integer" or fraction or grouped.count(",") > 1:
            choices += [
                grouped + ("." + fraction if fraction else ""),
                grouped.replace(",", ".") + ("," + fraction if fraction else ""),
            ]
        choices += [grouped.replace(",", " ") + ("," + fraction if fraction else ""), grouped.replace(",", "'")]
        choices += [grouped.replace(",", "\u00a0"), grouped, grouped.replace(",", ".")]
    if column.type == "integer" and not fraction:
        choices += [whole + ".0", whole + ",0"]
        choices = [sign + c if sign and not c.startswith(("-", "−")) else c for c in choices]
    if isinstance(mark, OneMark):
        thousands = grouped.replace(",", "." if mark == "," else ",")
        choices = [text.replace(".", mark), sign + thousands + (mark + fraction if fraction else "")]
        choices += [f"{whole}{mark}125", f"{whole}{mark}500"] if rng.random() < 0.2 else []
        return rng.choice(choices)
    if mark and rng.random() < 0.2:
        return rng.choice([f"{whole}{mark}125", f"{whole},250", f"{whole}.500"])
    if rng.random() < 0.03:
        return rng.choice(
            [f"{whole}.125", f"{whole},125", "0,125", "0.750", "1234,567", "1.234.567", "1,234,567", "1.234,5"]
        )
    return rng.choice(choices)


def _code(rng: random.Random, column: Column, text: str, csv: bool) -> object:
    if rng.random() < 0.15 and column.codelist not in ("", "territory", "isic", "currency", "standard", "country"):
        labels = [key for key, code in load_contract().codes[column.codelist].items() if code == text]
        return rng.choice([rng.choice(labels), rng.choice(labels).upper(), f" {text} "]) if labels else text
    if column.codelist == "country" and rng.random() < 0.15:
        facts = load_contract().countries.get(text)
        return (
            rng.choice([facts["name_es"], facts["name_pt"].upper(), facts["name_en"].lower(), text.lower()])
            if facts
            else text
        )
    if column.key == "enterprise_ref" and text.isdigit() and not csv and rng.random() < 0.4:
        return Padded(int(text), rng.choice([len(text), len(text), len(text) - 1, 9]))
    if column.key == "tax_id" and rng.random() < 0.06:
        return rng.choice([f"R.U.C. {text}", f"NIT: {text}", f"Cédula jurídica: {text}", f"rfc {text}", f"{text}.0"])
    if column.codelist == "yes_no_unknown" and text in ("yes", "no") and rng.random() < 0.2:
        return text == "yes" if not csv else str(text == "yes")
    if column.key == "enterprise_ref" and rng.random() < 0.1:
        return rng.choice([text.lower(), f" {text}", f"{text} "])
    if text.isdigit() and rng.random() < 0.15:
        lost = text.lstrip("0")
        if column.key == "tax_id" or column.codelist in ("isic", "territory"):
            return lost if csv or rng.random() < 0.3 or len(lost) > 15 or not lost else int(lost)
    return text


def spoilt(rng: random.Random, column: Column, csv: bool, mark: str | None) -> object:
    """A cell that gets a C rule (or, for optional columns, nothing when it is blank)."""
    choices: list[object] = [None, Failed(rng.choice(["#N/A", "#REF!", "#DIV/0!"]))]
    if not csv:
        choices += [Formula(), Formula(), True]
        choices += (
            [dt.date(2023, 5, 4)]
            if column.type in ("integer", "decimal")
            else [7, 12.0]
            if column.type == "text"
            else []
        )
    if column.type in ("integer", "decimal"):
        choices += ["abc", "12 %", "1e3", "1.23.456", "$ 5", -3, "-4", "1,2345,678", "12.34.567", "S/ 12", "−7"]
        choices += [] if isinstance(mark, OneMark) else rng.sample(EXOTIC, 4)
        choices += [] if csv else [10**15, 999_999_999_999_999]
        choices += ["3,5", 3.5, "1.000", "2,000"] if column.type == "integer" else ["1.125", "12,500", "999.999"]
    elif column.type == "date":
        choices += [
            "2024-02-30",
            "31/04/2023",
            "02/13/2024",
            "05/03/24",
            "19999",
            "80001",
            "ayer",
            80001,
            19999,
            "80000",
        ]
        choices += ["20000", "29/02/2023", "2024/03/05", "44927.5", "5.3.2023", "05-3-2023", "29/02/2024", "0/1/2024"]
    elif column.type == "code" and column.codelist:
        choices += ["zzz-desconocido", "99999", 99999, 1.5]
    else:
        choices += ["x" * 501, "y" * 500, "á" * 501]
    return rng.choice([c for c in choices if not (csv and isinstance(c, (Formula, bool)))])


def csv_text(value: object) -> str:
    """A cell as CSV text."""
    if value is None:
        return ""
    if isinstance(value, Failed):
        return value.name
    if isinstance(value, Padded):
        return str(value.number)
    if isinstance(value, Formula):
        return "" if value.stored is None else str(value.stored)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, float):
        return _plain(value)
    return str(value)
