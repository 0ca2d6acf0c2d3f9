"""What the placeholders of a rule's texts stand for, and what has to be read of the warehouse to say it.

A text may name any of these, and any column of the sheet that the rule is about: ``{value}``, ``{start_date}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from include.contract import catalogue, load_contract
from include.contract.model import seed
from include.stage7_outputs.findings.deliveries import Finding
from include.stage7_outputs.findings.facts import Facts, column_label, countries, period_days, shown_value, territories
from include.stage7_outputs.reader import Reader

#: Longest list of references in a sentence: a cell holds little more.
_LISTED_MAX = 30_000

# --- facts of any finding --------------------------------------------------------------------------------


def _first_row(facts: Facts, finding: Finding, reader: Reader) -> str:
    first = facts.first.get((finding.rule, finding.sheet, finding.row or 0))
    return str(first) if first else reader.word("unknown")


def _counted(facts: Facts, finding: Finding, reader: Reader) -> str:
    counted = facts.counted.get(finding.column or "")
    return reader.word("another_figure") if counted is None else reader.number(counted)


def _period_day(facts: Facts, reader: Reader, which: int) -> str:
    period = facts.delivery.period
    return reader.date(period_days(period)[which]) if period else catalogue.UNKNOWN


def _project_start(facts: Facts, _: Finding, reader: Reader) -> str:
    start = facts.delivery.project_start
    return reader.date(start) if start else catalogue.UNKNOWN


def _missing(facts: Facts, _: Finding, reader: Reader) -> str:
    said = ", ".join(facts.comparison.missing)
    return said if len(said) <= _LISTED_MAX else said[:_LISTED_MAX].rpartition(", ")[0] + ", …"


def _error_rows(facts: Facts, finding: Finding, reader: Reader) -> str:
    errors = (one for one in _of_sheet(facts, finding) if one.severity == "error" and not one.waived)
    return reader.number(len({one.row for one in errors} - {None}))


def _data_rows(facts: Facts, finding: Finding, reader: Reader) -> str:
    totals = sum(one.rule in load_contract().rule_lists["total"] for one in _of_sheet(facts, finding))
    place = facts.delivery.sheets.get(finding.sheet)
    return reader.number((place.row_count if place else 0) - totals)


def _where(facts: Facts, _: Finding, reader: Reader) -> str:
    """Where in the file it was refused."""
    place = {
        f"at_{name}": reader.quoted(where) if name in ("sheet", "entry") else where
        for name, where in facts.refusal.get("place", {}).items()
    }
    for part, needed in _PLACES.items():
        if needed <= place.keys():
            return reader.word(part, **place)
    return catalogue.UNKNOWN


_PLACES = {
    "where.cell": {"at_sheet", "at_cell"},
    "where.sheet": {"at_sheet"},
    "where.record": {"at_entry", "at_record"},
    "where.entry": {"at_entry"},
}


def _of_sheet(facts: Facts, finding: Finding) -> list[Finding]:
    return [one for one in facts.delivery.findings if one.sheet == finding.sheet]


def _key_columns(_: Facts, finding: Finding, reader: Reader) -> str:
    sheet = load_contract().sheets[finding.sheet]
    return ", ".join(sheet.by_key[key].labels[reader.language] for key in sheet.key_columns)


def _seems(facts: Facts, finding: Finding, reader: Reader) -> str:
    """The right name of the sheet that is missing, or that an unknown one seems to be."""
    missing = "enterprises" if finding.rule == "F06" else finding.sheet
    key = facts.renamed.get(finding.value or "") if missing == "file" else missing
    return facts.right_name(key, reader) if key in load_contract().sheets else catalogue.UNKNOWN


# --- facts of the finding's row --------------------------------------------------------------------------


def _country(facts: Facts, finding: Finding, column: str) -> str | None:
    country = countries().get(facts.country(facts.row(finding)) or "")
    return country[column] if country else None


def _territory(facts: Facts, finding: Finding, _: Reader) -> str | None:
    row = facts.row(finding)
    return territories().get(facts.country(row) or "", {}).get(row.get("territory_code") or "")


def _headcount(facts: Facts, finding: Finding, reader: Reader) -> str | None:
    people = facts.row(finding).get((finding.column or "").replace("_fte", "_headcount"))
    return reader.counted("unit.person", people) if people is not None else None


def _standard(facts: Facts, finding: Finding) -> dict[str, str]:
    return next((one for one in seed("standards") if one["standard"] == facts.row(finding).get("standard")), {})


def _available(facts: Facts, finding: Finding, reader: Reader) -> str | None:
    days = {
        name: reader.date(date.fromisoformat(day))
        for name in ("from", "until")
        if (day := _standard(facts, finding).get(f"available_{name}"))
    }
    return reader.word("available.between" if "until" in days else "available.from", **days) if days else None


def _window_days(facts: Facts, finding: Finding, reader: Reader) -> str | None:
    name, row = (finding.column or "").removesuffix("_end"), facts.row(finding)
    start, end = row.get(f"{name}_start"), row.get(f"{name}_end")
    return reader.counted("unit.day", (end - start).days + 1) if start and end else None


def _repaired(facts: Facts, finding: Finding, reader: Reader) -> str | None:
    column = load_contract().sheets[finding.sheet].by_key.get(finding.column or "")
    row = facts.row(finding)
    if not column or not row:
        return None
    read = reader.value(row[column.key], column.type)
    # a code that a spreadsheet keeps as a number looks the same before and after
    return reader.word("read_as_code", code=read) if read == reader.quoted(finding.value) else read


# --- all of them -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """What a name in a rule's texts stands for: ``say`` gives it, None where it is not known; ``needs`` is what has to
    be read for it: the finding's ``row``, the ``first`` of equal rows, figures ``counted``, the ``comparison`` of
    statements.
    """

    say: Callable[[Facts, Finding, Reader], str | None]
    needs: str = ""


_NAMED: dict[str, Fact] = {
    "value": Fact(lambda _, finding, reader: shown_value(finding, reader)),
    "column": Fact(lambda _, finding, reader: column_label(finding, reader)),
    "sheet": Fact(lambda facts, finding, _: facts.delivery.sheet_name(finding.sheet)),
    "row": Fact(lambda _, finding, __: str(finding.row or "")),
    "folder": Fact(lambda facts, _, reader: reader.quoted(facts.delivery.project_code)),
    "received_on": Fact(lambda facts, _, reader: reader.date(facts.delivery.received_on)),
    "project_start": Fact(_project_start),
    "period_start": Fact(lambda facts, _, reader: _period_day(facts, reader, 0)),
    "period_end": Fact(lambda facts, _, reader: _period_day(facts, reader, 1)),
    "first_row": Fact(_first_row, "first"),
    "counted": Fact(_counted, "counted"),
    "missing": Fact(_missing, "comparison"),
    "error_rows": Fact(_error_rows),
    "data_rows": Fact(_data_rows),
    "key_columns": Fact(_key_columns),
    "where": Fact(_where),
    "candidate": Fact(lambda facts, finding, reader: reader.quoted(facts.candidate(finding) or finding.value)),
    "seems": Fact(_seems),
    "range": Fact(lambda facts, finding, _: facts.merged_range(finding)),
    "counting": Fact(lambda facts, finding, reader: reader.quoted(facts.counting_sheet(finding))),
    "read": Fact(_repaired, "row"),
    "tax_id_name": Fact(lambda facts, finding, _: _country(facts, finding, "tax_id_name"), "row"),
    "country": Fact(lambda facts, finding, reader: _country(facts, finding, f"name_{reader.language}"), "row"),
    "country_currency": Fact(lambda facts, finding, _: _country(facts, finding, "currency"), "row"),
    "known_name": Fact(_territory, "row"),
    "headcount": Fact(_headcount, "row"),
    "standard": Fact(lambda facts, finding, _: _standard(facts, finding).get("name"), "row"),
    "available": Fact(_available, "row"),
    "days": Fact(_window_days, "row"),
}


def facts_of(facts: Facts, finding: Finding, reader: Reader, names: Iterable[str]) -> dict[str, str]:
    """What those of the placeholders ``names`` that are known stand for, in the reader's form."""
    row, sheet = facts.row(finding), load_contract().sheets.get(finding.sheet)
    said: dict[str, str | None] = {}
    for name in names:
        if known := _NAMED.get(name):
            said[name] = known.say(facts, finding, reader)
        elif row and sheet and name in sheet.by_key:
            said[name] = reader.value(row[name], sheet.by_key[name].type)
    return {name: shown for name, shown in said.items() if shown is not None}


def is_named(name: str, finding: Finding) -> bool:
    """Whether a text on the finding may name it: a fact of any finding, or a column of its sheet."""
    sheet = load_contract().sheets.get(finding.sheet)
    return name in _NAMED or bool(sheet and finding.row is not None and name in sheet.by_key)


@cache
def needs(rule: str) -> frozenset[str]:
    """What has to be read for a rule's texts: what the facts in them need, the row where they name its columns."""
    return frozenset(_NAMED[name].needs if name in _NAMED else "row" for name in catalogue.names_in_texts(rule))
