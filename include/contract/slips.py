"""Slips of the pen in the contract's data, each as a sentence: which file, which record, what has to stand there.

Pure functions over rows as they stand in the files; :mod:`include.contract.model` reads them and refuses what is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

Row = Mapping[str, str]
#: File -> its rows.
Rows = Mapping[str, Sequence[Row]]

#: File -> the columns by which a record is known, and once.
_KEYS = {
    "sheets.csv": ("sheet",),
    "columns.csv": ("sheet", "column"),
    "codelists.csv": ("codelist", "code"),
    "spellings.csv": ("codelist", "spelling"),
    "examples.csv": ("sheet", "column"),
    "notes.csv": ("sheet", "column"),
    "countries.csv": ("country",),
    "rules.csv": ("rule",),
    "kpis.csv": ("kpi",),
    "messages.csv": ("key", "part"),
}
#: File -> what tells people which words are meant: the prefix of its columns of words, and in what they differ.
_WORDS = {
    "sheets.csv": ("name_", ()),
    "columns.csv": ("label_", ("sheet",)),
    "codelists.csv": ("label_", ("codelist",)),
}
#: File -> column -> what may stand there.
_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "sheets.csv": {"kind": ("cover", "enterprises", "detail"), "required": ("yes", "no")},
    "rules.csv": {"severity": ("critical", "error", "warning", "info")},
    "kpis.csv": {"is_empty_without_values": ("true", "false"), "is_stock": ("true", "false")},
}
#: Names of ``sheet`` in a rule that are no sheet's.
_SCOPES = ("file", "any", "detail")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: What every raw table has beside the contract's columns (``include/platform/tables.py``).
_TAKEN = {"submission_id", "row_number", "row_numbers", "unread", "received"}
_TAKEN |= {"enterprise_key", "taxpayer_key", "tax_id_is_valid"}


def slips(rows: Rows) -> Iterator[str]:
    """A sentence for each slip in the files given; the files of ``_KEYS`` have to be among them."""
    for check in (
        _repeated,
        _words,
        _texts,
        _choices,
        _names,
        _types,
        _of_the_sheets,
        _spellings,
        _countries,
        _indicators,
    ):
        yield from check(rows)


def _key(file: str, row: Row) -> str:
    return ".".join(row[column] for column in _KEYS[file])


def _repeated(rows: Rows) -> Iterator[str]:
    for file in _KEYS:
        seen: set[str] = set()
        for row in rows[file]:
            if (key := _key(file, row)) in seen:
                yield f"{file}: {key} stands there twice; one of the two lines has to go."
            seen.add(key)


def _words(rows: Rows) -> Iterator[str]:
    """Words that are missing, or that two records of a list share, so that nobody knows which one is meant."""
    for file, (prefix, within) in _WORDS.items():
        said: dict[tuple[str, ...], str] = {}
        for row in rows[file]:
            key = _key(file, row)
            for column in (name for name in row if name.startswith(prefix)):
                place = (*(row[name] for name in within), column, row[column].casefold())
                if not row[column]:
                    yield f"{file}: {key} has no {column}."
                elif said.setdefault(place, key) != key:
                    yield f"{file}: {column} of {key} is that of {said[place]}: {row[column]!r}; each needs its own."


def _texts(rows: Rows) -> Iterator[str]:
    for row in rows["messages.csv"]:
        for language in (name for name in row if not row[name]):
            yield f"messages.csv: {_key('messages.csv', row)} has no text in {language}."


def _choices(rows: Rows) -> Iterator[str]:
    for file, choices in _CHOICES.items():
        for row in rows[file]:
            for column, allowed in choices.items():
                if row[column] not in allowed:
                    yield _has_to_be(file, column, _key(file, row), allowed, row[column])
    sheets = [row["sheet"] for row in rows["sheets.csv"]]
    for row in rows["rules.csv"]:
        if row["sheet"] not in (*_SCOPES, *sheets):
            yield _has_to_be("rules.csv", "sheet", row["rule"], (*_SCOPES, *sheets), row["sheet"])


def _names(rows: Rows) -> Iterator[str]:
    """Sheets and columns name tables and their columns."""
    for file, column in (("sheets.csv", "sheet"), ("columns.csv", "column")):
        for row in rows[file]:
            if not _NAME.fullmatch(row[column]):
                yield f"{file}: {_key(file, row)} has to be lower case letters, digits and _, and begin with a letter."
    for row in rows["columns.csv"]:
        if row["column"] in _TAKEN:
            yield f"columns.csv: {_key('columns.csv', row)} needs another name; raw tables have one of this name."


def _types(rows: Rows) -> Iterator[str]:
    for row in rows["columns.csv"]:
        key = _key("columns.csv", row)
        if row["type"] == "boolean" and row["codelist"] != "yes_no":
            yield f"columns.csv: codelist of {key} has to be yes_no, as of every boolean, not {row['codelist']!r}."
        elif row["codelist"] and row["type"] not in ("boolean", "code"):
            yield f"columns.csv: type of {key}, which has a list, has to be code, not {row['type']!r}."


def _of_the_sheets(rows: Rows) -> Iterator[str]:
    """Sheets without columns, and examples and notes of columns that there are none of."""
    columns = {(row["sheet"], row["column"]) for row in rows["columns.csv"]}
    for sheet in (row["sheet"] for row in rows["sheets.csv"]):
        if sheet not in {of for of, _ in columns}:
            yield f"sheets.csv: {sheet} has no column; write its columns to columns.csv."
    rules = {row["rule"] for row in rows["rules.csv"]}
    for file in ("examples.csv", "notes.csv"):
        for row in rows[file]:
            if (row["sheet"], row["column"]) not in columns:
                yield f"{file}: {_key(file, row)} is no column of columns.csv."
    for row in rows["notes.csv"]:
        for rule in sorted(set(filter(None, row["rules"].split(";"))) - rules):
            yield f"notes.csv: {_key('notes.csv', row)} names {rule}, which is no rule of rules.csv."


def _spellings(rows: Rows) -> Iterator[str]:
    codes = {(row["codelist"], row["code"]) for row in rows["codelists.csv"]}
    codes |= {("country", row["country"]) for row in rows["countries.csv"]}
    codes |= {("standard", row["standard"]) for row in rows["standards.csv"]}
    for row in rows["spellings.csv"]:
        if (row["codelist"], row["code"]) not in codes:
            yield f"spellings.csv: {row['spelling']!r} is for {row['codelist']}.{row['code']}, which is no code."


def _countries(rows: Rows) -> Iterator[str]:
    for row in rows["countries.csv"]:
        if not re.fullmatch(r"\d*", row["tax_id_digits"]):
            yield f"countries.csv: tax_id_digits of {row['country']} has to be a number, not {row['tax_id_digits']!r}."
        try:
            re.compile(row["tax_id_pattern"])
        except re.error as wrong:
            yield f"countries.csv: tax_id_pattern of {row['country']} is no regular expression ({wrong})."


def _indicators(rows: Rows) -> Iterator[str]:
    fields = ["", *(row["column"] for row in rows["columns.csv"] if row["sheet"] == "cover")]
    sentences = [row["code"] for row in rows["codes.csv"] if row["code_list"] == "adding"]
    turns: dict[str, str] = {}
    for row in rows["kpis.csv"]:
        if not row["turn"].isdecimal():
            yield f"kpis.csv: turn of {row['kpi']} has to be a number, not {row['turn']!r}."
        elif turns.setdefault(row["turn"], row["kpi"]) != row["kpi"]:
            yield f"kpis.csv: turn of {row['kpi']} is that of {turns[row['turn']]}; each has its own."
        for column, allowed in (("declared_field", fields), ("adding", sentences)):
            if row[column] not in allowed:
                yield _has_to_be("kpis.csv", column, row["kpi"], allowed, row[column])


def _has_to_be(file: str, column: str, key: str, allowed: Iterable[str], said: str) -> str:
    return f"{file}: {column} of {key} has to be of {', '.join(filter(None, allowed))}, not {said!r}."
