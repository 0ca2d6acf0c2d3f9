"""The known code nearest to what was received."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, lru_cache

from include.contract import load_contract
from include.formats.text import fold
from include.stage7_outputs.findings.circumstances import is_date_of_code, written_for
from include.stage7_outputs.findings.deliveries import Delivery, Finding
from include.stage7_outputs.findings.facts import Facts, territories
from include.stage7_outputs.reader import Reader

#: How alike two texts have to be, 0 to 1 (difflib.SequenceMatcher.ratio).
_ALIKE = 0.6
#: Longer texts are no codes, and slow to compare.
_LONGEST = 80
#: Shorter names are found in too many texts.
_SHORTEST = 3
_WORD = re.compile(r"\w+")


def nearest(finding: Finding, facts: Facts, reader: Reader) -> str | None:
    """What may have been meant, as the reader would write it; None where nothing is alike."""
    value = finding.value
    if not value or len(value) > _LONGEST:
        return None
    if is_date_of_code(facts.delivery, finding):
        return _written(value, finding, facts, reader)
    if finding.rule == "C05":
        column = load_contract().sheets[finding.sheet].by_key.get(finding.column or "")
        return _nearest_code(value, column.codelist, reader.language) if column and column.codelist else None
    if finding.rule == "R02":
        return _closest(value, {ref: ref for ref in facts.countries})
    if finding.rule == "E07":
        return _nearest_territory(value, facts.country(facts.row(finding)))
    if finding.rule == "E08":
        return _territory_of_name(value, facts.country(facts.row(finding)))
    if finding.rule == "F09" and value in facts.renamed:
        return load_contract().sheets[facts.renamed[value]].labels[reader.language]
    if finding.rule == "F09":
        return _nearest_label(value, finding, facts.delivery, reader)
    return None


@lru_cache(maxsize=4096)
def _nearest_code(value: str, codelist: str, language: str) -> str | None:
    names = _names(codelist)
    found = _closest(value, names) or _contained(fold(value), names)
    return None if found is None else shown_code(codelist, found, language)


@cache
def _names(codelist: str) -> dict[str, str]:
    """What a code is called, folded: itself, its labels in every language, further spellings."""
    codes = load_contract().codelists.get(codelist, {})
    names = {fold(code): code for code in codes}
    for code, labels in codes.items():
        for label in labels.values():
            names.setdefault(fold(label), code)
    for spelling, code in load_contract().spellings.get(codelist, {}).items():
        names.setdefault(fold(spelling), code)
    return names


def _contained(value: str, names: dict[str, str]) -> str | None:
    """The code that is named, as whole words, in a longer text; None where several are."""
    said = f" {' '.join(_WORD.findall(value))} "
    found = {
        code for name, code in names.items() if len(name) >= _SHORTEST and f" {' '.join(_WORD.findall(name))} " in said
    }
    return found.pop() if len(found) == 1 else None


def _written(value: str, finding: Finding, facts: Facts, reader: Reader) -> str | None:
    """The code that a spreadsheet may have made a date of."""
    column = load_contract().sheets[finding.sheet].by_key.get(finding.column or "")
    codelist = column.codelist if column else None
    names = _names(codelist) if codelist else {fold(ref): ref for ref in facts.countries}
    found = next((names[fold(text)] for text in written_for(value) if fold(text) in names), None)
    return shown_code(codelist, found, reader.language) if found and codelist else found


@cache
def shown_code(codelist: str, code: str, language: str) -> str:
    """A code as the reader would write it: its label, with the code behind it where that says more."""
    labels = load_contract().codelists[codelist].get(code, {})
    label = labels.get(language) or labels.get("en") or ""
    return f"{label} ({code})" if label and fold(label) != fold(code) else code


@lru_cache(maxsize=4096)
def _nearest_territory(value: str, country: str | None) -> str | None:
    known = territories().get(country or "", {})
    code = _closest(value, {fold(code): code for code in known})
    return f"{code} ({known[code]})" if code else None


@lru_cache(maxsize=4096)
def _territory_of_name(value: str, country: str | None) -> str | None:
    """The territories of that name: a name may be that of several."""
    known = territories().get(country or "", {})
    codes = [code for code, name in known.items() if fold(name) == fold(value)]
    return ", ".join(f"{code} ({known[code]})" for code in codes[:3]) or None


def _nearest_label(value: str, finding: Finding, delivery: Delivery, reader: Reader) -> str | None:
    """The sheet or column an unknown label may stand for: one that was not found in the file."""
    sheets = load_contract().sheets
    if finding.sheet not in sheets:
        places = delivery.sheets
        absent = [sheet for key, sheet in sheets.items() if key not in places or not places[key].file_sheet]
        labels = {fold(label): sheet.labels[reader.language] for sheet in absent for label in sheet.labels.values()}
        return _closest(value, labels)
    place = delivery.sheets.get(finding.sheet)
    lacking = [c for c in sheets[finding.sheet].columns if place is None or c.key not in place.column_letters]
    return _closest(value, {fold(label): c.labels[reader.language] for c in lacking for label in c.labels.values()})


def _closest(value: str, names: dict[str, str]) -> str | None:
    wanted = fold(value)
    folded = {fold(name): name for name in names}
    found = get_close_matches(wanted, folded, n=1, cutoff=_ALIKE)
    return names[folded[found[0]]] if found else None
