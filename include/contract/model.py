"""Typed view of the contract's data files.

``include/contract/data/`` holds sheets, columns and rules; the code lists are dbt seeds, so that the
warehouse and the reader judge by the same rows. Nothing else in the project repeats what these files say.
"""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from include.contract.locales import LANGUAGES
from include.contract.slips import slips

DATA = Path(__file__).parent / "data"
SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"

CONTRACT_VERSION = 1

#: Extensions, folded, of files that can be a delivery; others are returned unread (submission.md, Delivery).
DELIVERED_SUFFIXES = (".xlsx", ".zip")

#: Type of a column in the contract -> Postgres type of what it was read as.
SQL_TYPES = {
    "text": "text",
    "code": "text",
    "period": "text",
    "integer": "bigint",
    "decimal": "numeric",
    "date": "date",
    "boolean": "boolean",
}

#: Code lists that are a seed of their own: name in columns.csv -> (seed, code column, label columns by language).
LONG_LISTS = {
    "country": ("countries", "country", {language: f"name_{language}" for language in LANGUAGES}),
    "standard": ("standards", "standard", {"en": "name"}),
    "isic": ("isic_classes", "isic_class", {"en": "title_en"}),
    "currency": ("countries", "currency", {}),
}

#: Currencies every project may use beside those of the countries (submission.md, head).
COMMON_CURRENCIES = ("USD", "EUR")


#: Lives of a rule.
ENFORCED, SHADOW = "enforced", "shadow"
#: Groups of rules that say what a file, a value and a row are. What comes after them relies on all of these.
ALWAYS_ENFORCED = frozenset("FCR")
#: What a record may say of its rule: found by, the row it is about, what is not judged beside it.
_FOUND_BY = ("reading", "expectation", "submission", "consequence", "comparison", "reconciliation")
_ROWS, _HIDDEN = ("", "repeat", "second", "total"), ("", "file", "rows", "sheet")
#: A rule that takes its row out of every figure though it is a warning.
ROW = "row"


class ContractError(ValueError):
    """The contract's data contradict themselves."""


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a UTF-8 CSV, every value as text. Raises ContractError for a line longer or shorter than its header."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        rows = []
        for fields in filter(None, reader):
            if len(fields) != len(header):
                raise ContractError(
                    f"{path.name}: line {reader.line_num} ({','.join(fields[:2])}, ...) has {len(fields)} values and"
                    f" the header {len(header)}; a value with a comma in it stands in quotes."
                )
            rows.append(dict(zip(header, fields, strict=True)))
        return rows


def seed(name: str) -> list[dict[str, str]]:
    """Rows of the dbt seed ``name``, every value as text."""
    return read_csv(SEEDS / f"{name}.csv")


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends a program for the contract's data is said as a sentence: where in the code is no help in mending it."""
    if issubclass(kind, ContractError):
        sys.stderr.write(f"{error}\n")
    else:
        _tell_others(kind, error, trace)


_tell_others, sys.excepthook = sys.excepthook, _tell


@dataclass(frozen=True)
class Column:
    """A column of a sheet (on the cover: a field).

    ``is_descriptive`` says that a value which cannot be read is a warning and counts as empty, and never costs the row.
    """

    sheet: str
    key: str
    type: str
    required: bool
    codelist: str | None
    labels: dict[str, str]
    is_descriptive: bool = False

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook; ``kind`` is ``cover``, ``enterprises`` or ``detail``."""

    key: str
    kind: str
    required: bool
    key_columns: tuple[str, ...]
    labels: dict[str, str]
    columns: tuple[Column, ...]

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def required_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue: one record of ``data/rules.csv``, its fields those of the file.

    ``found_by`` says where in the night it is judged: ``reading`` (while decoding), ``expectation``
    (Great Expectations), ``submission`` (a whole submission, after its rows), ``consequence`` (follows
    from other findings and waivers), ``comparison`` (with the statement before it, when statuses are known) or
    ``reconciliation`` (after the marts are built). ``life`` is ``enforced``, or ``shadow``: its findings are recorded
    in ``ops.shadow_finding``, shown to no partner and without effect. ``of_types`` are the types of column it is about
    (empty: all); ``applies_when`` is a condition over the sheet's columns as read (SQL; empty: every data row).

    ``takes_out`` adds to the severity, by which a critical finding takes out the delivery and an error its row: the
    ``row``, or indicators that the row is not counted in. ``row_is`` names a row that is no enterprise's own:
    ``repeat`` and ``total`` are no data rows, waived or not; ``second`` uses a key again. ``hides`` is what is not
    judged beside it: the ``file``, its ``rows``, those of its ``sheet``.
    """

    rule: str
    sheet: str
    severity: str
    found_by: str
    life: str
    column: str
    of_types: tuple[str, ...]
    applies_when: str
    takes_out: tuple[str, ...]
    row_is: str
    hides: str
    what_it_says: str

    @property
    def key(self) -> str:
        return self.rule

    @property
    def is_shadow(self) -> bool:
        return self.life == SHADOW

    @property
    def is_beside(self) -> bool:
        """Whether it compares with what lies outside the delivery, and has no effect on its status."""
        return self.found_by in ("comparison", "reconciliation")

    @property
    def is_derived(self) -> bool:
        """Whether it follows from other findings, and is no cause of its own."""
        return self.found_by in ("consequence", "submission")

    @property
    def is_of_no_data_row(self) -> bool:
        """Whether the row counts nowhere, waived or not."""
        return self.row_is in ("repeat", "total")


@dataclass(frozen=True)
class Contract:
    sheets: dict[str, Sheet]
    rules: dict[str, Rule]
    #: code list -> code -> labels in the three languages (a list without labels maps to an empty dict)
    codelists: dict[str, dict[str, dict[str, str]]]
    #: code list -> further spelling -> code
    spellings: dict[str, dict[str, str]]

    @cached_property
    def shadow_rules(self) -> tuple[str, ...]:
        """Rules that are tried out, in the catalogue's order."""
        return tuple(rule.key for rule in self.rules.values() if rule.is_shadow)

    def found_by(self, step: str) -> list[str]:
        """Keys of the rules that a step of the night finds."""
        return self.rules_that(lambda rule: rule.found_by == step)

    def rules_that(self, meets: Callable[[Rule], object]) -> list[str]:
        """Keys of the rules whose record meets a condition, in the catalogue's order."""
        return [rule.key for rule in self.rules.values() if meets(rule)]

    @cached_property
    def rule_lists(self) -> dict[str, list[str]]:
        """The lists of rules that SQL is given as parameters."""
        return {
            "beside": self.rules_that(lambda rule: rule.is_beside),
            "derived": self.rules_that(lambda rule: rule.is_derived),
            "compared": self.found_by("comparison"),
            "reconciled": self.found_by("reconciliation"),
            "row_out": self.rules_that(lambda rule: ROW in rule.takes_out),
            "no_data_row": self.rules_that(lambda rule: rule.is_of_no_data_row),
            "total": self.rules_that(lambda rule: rule.row_is == "total"),
            "not_own_row": self.rules_that(lambda rule: rule.row_is),
            "hide_rows": self.rules_that(lambda rule: rule.hides == "rows"),
            "hide_sheet": self.rules_that(lambda rule: rule.hides == "sheet"),
        }

    def sheets_of(self, rule: Rule) -> list[str]:
        """Sheets of rows that a rule judges: those it is for that have a column of its types."""
        return [
            sheet.key
            for sheet in self.row_sheets
            if rule.sheet in (sheet.key, sheet.kind, "any")
            and (not rule.of_types or any(column.type in rule.of_types for column in sheet.columns))
        ]

    @cached_property
    def row_sheets(self) -> tuple[Sheet, ...]:
        """The sheets made of data rows: all but the cover."""
        return tuple(sheet for sheet in self.sheets.values() if sheet.kind != "cover")


@lru_cache(maxsize=1)
def load_contract() -> Contract:
    """The contract of this version, read once per process. Raises ContractError for what no rule or column can be."""
    codelists, sheet_rows = _codelists(), read_csv(DATA / "sheets.csv")
    known = {
        "sheet": [row["sheet"] for row in sheet_rows],
        "type": tuple(SQL_TYPES),
        "required": ("yes", "no"),
        "codelist": ("", "territory", *codelists),
        "if_unreadable": ("row", "blank"),
    }
    column_rows = read_csv(DATA / "columns.csv")
    for row in column_rows:
        _hold("columns.csv", f"{row['sheet']}.{row['column']}", row, known)
    _hold_all()
    columns = [
        Column(
            sheet=row["sheet"],
            key=row["column"],
            type=row["type"],
            required=row["required"] == "yes",
            codelist=row["codelist"] or None,
            labels={language: row[f"label_{language}"] for language in LANGUAGES},
            is_descriptive=row["if_unreadable"] == "blank",
        )
        for row in column_rows
    ]
    sheets = {
        row["sheet"]: Sheet(
            key=row["sheet"],
            kind=row["kind"],
            required=row["required"] == "yes",
            key_columns=tuple(filter(None, row["key_columns"].split(";"))),
            labels={language: row[f"name_{language}"] for language in LANGUAGES},
            columns=tuple(column for column in columns if column.sheet == row["sheet"]),
        )
        for row in sheet_rows
    }
    for sheet in sheets.values():
        _hold("sheets.csv", sheet.key, {"key_columns": sheet.key_columns}, {"key_columns": sheet.by_key})
    rules = {row["rule"]: _rule(row) for row in read_csv(DATA / "rules.csv")}
    for rule in rules.values():
        _hold_condition(rule, sheets)
    for country in seed("countries"):
        _hold_check_digit(country)
    spellings: dict[str, dict[str, str]] = {}
    for row in read_csv(DATA / "spellings.csv"):
        spellings.setdefault(row["codelist"], {})[row["spelling"]] = row["code"]
    return Contract(sheets=sheets, rules=rules, codelists=codelists, spellings=spellings)


def _rule(row: dict[str, str]) -> Rule:
    """A rule of its record. Raises ContractError where that says what no rule can be."""
    rule = Rule(**{**row, **{name: tuple(filter(None, row[name].split(";"))) for name in ("of_types", "takes_out")}})  # type: ignore[arg-type]
    known = {
        "life": (ENFORCED, SHADOW),
        "found_by": _FOUND_BY,
        "row_is": _ROWS,
        "hides": _HIDDEN,
        "of_types": tuple(SQL_TYPES),
        "takes_out": (ROW, *(kpi["kpi"] for kpi in seed("kpis"))),
    }
    _hold("rules.csv", rule.key, {name: getattr(rule, name) for name in known}, known)
    if rule.is_shadow and rule.key[0] in ALWAYS_ENFORCED:
        raise ContractError(f"rules.csv: {rule.key} cannot be in shadow: other rules and the marts rely on it.")
    return rule


def _hold_all() -> None:
    """Raise ContractError with every slip of the pen in the contract's data."""
    of_contract = ("sheets", "columns", "spellings", "examples", "notes", "messages", "rules", "kpis", "codes")
    rows = {f"{name}.csv": read_csv(DATA / f"{name}.csv") for name in of_contract}
    rows |= {f"{name}.csv": seed(name) for name in ("codelists", "countries", "standards")}
    if found := list(slips(rows)):
        raise ContractError("\n".join(found))


def _hold(file: str, key: str, said: Mapping[str, Any], known: Mapping[str, Iterable[str]]) -> None:
    """Raise ContractError where a record of a file says what is not known: a value, or one of several."""
    for name, values in known.items():
        if not set(said[name] if isinstance(said[name], tuple) else (said[name],)) <= set(values):
            raise ContractError(
                f"{file}: {name} of {key} has to be of {', '.join(filter(None, values))}, not {said[name]!r}."
            )


def _hold_condition(rule: Rule, sheets: Mapping[str, Sheet]) -> None:
    """Raise ContractError where the condition of a sheet's rule names a column that only other sheets have."""
    named = set(re.findall(r"\b[a-z_]+\b", re.sub("'[^']*'", "", rule.applies_when)))
    own = sheets[rule.sheet].by_key if rule.sheet in sheets else {}
    columns = {key for sheet in sheets.values() for key in sheet.by_key}
    if elsewhere := sorted((named & columns).difference(own)):
        raise ContractError(
            f"rules.csv: applies_when of {rule.key} names {', '.join(elsewhere)}, which {rule.sheet} does not have."
        )


def _hold_check_digit(country: Mapping[str, str]) -> None:
    """Raise ContractError where python-stdnum has no such module."""
    name = country["tax_id_check"]
    try:
        is_known = not name or importlib.util.find_spec(f"stdnum.{name}") is not None
    except ModuleNotFoundError:
        is_known = False
    if not is_known:
        raise ContractError(
            f"countries.csv: tax_id_check of {country['country']} has to be a module of python-stdnum, not {name!r}."
        )


def _codelists() -> dict[str, dict[str, dict[str, str]]]:
    lists: dict[str, dict[str, dict[str, str]]] = {}
    for row in seed("codelists"):
        labels = {language: row[f"label_{language}"] for language in LANGUAGES}
        lists.setdefault(row["codelist"], {})[row["code"]] = labels
    for name, (source, code, label_columns) in LONG_LISTS.items():
        lists[name] = {
            row[code]: {language: row[column] for language, column in label_columns.items()} for row in seed(source)
        }
    lists["currency"].update({code: {} for code in COMMON_CURRENCIES})
    return lists
