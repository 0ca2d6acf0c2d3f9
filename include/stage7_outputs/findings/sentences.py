"""What is wrong and what to do, of one finding, in the reader's words.

A rule says one thing in most cases, and has texts of its own for some: ``wrong.password`` beside ``wrong``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from include.contract import catalogue
from include.stage7_outputs.findings.circumstances import is_date_of_code, waits_for_calculation
from include.stage7_outputs.findings.deliveries import FILE, Finding
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.named import facts_of
from include.stage7_outputs.reader import Reader

_WITHOUT_CELL = "wrong_without_cell"


def sentence(finding: Finding, facts: Facts, reader: Reader) -> str:
    """What is wrong, of one finding."""
    part = _part("wrong", finding, facts)
    if part == "wrong" and finding.cell is None and catalogue.has_text(finding.rule, _WITHOUT_CELL):
        part = _WITHOUT_CELL
    return _filled(part, finding, facts, reader)


def what_to_do(finding: Finding, facts: Facts, reader: Reader) -> str:
    """What to do about it."""
    return _filled(_part("what_to_do", finding, facts), finding, facts, reader)


#: Cases that a rule may have texts of its own for, and what tells them; the first that holds counts.
_CASES: dict[str, Callable[[Finding, Facts], object]] = {
    "renamed": lambda finding, facts: (
        facts.candidate(finding) or (finding.sheet == FILE and finding.value in facts.renamed)
    ),
    "no_header": lambda finding, facts: not finding.cell and facts.has_no_header(finding),
    "second": lambda finding, facts: finding.sheet == FILE and facts.counting_sheet(finding),
    "loose": lambda finding, _: finding.cell and finding.cell.rstrip("0123456789") == finding.value,
    "merged": lambda finding, facts: facts.merged_range(finding),
    "stand_in": lambda _, facts: waits_for_calculation(facts.delivery),
    "date": lambda finding, facts: is_date_of_code(facts.delivery, finding),
}


def _part(part: str, finding: Finding, facts: Facts) -> str:
    """The part of the rule's texts that speaks of the finding's case; of a refused file, of the cause."""
    cause = f"{part}.{facts.refusal.get('cause', '')}"
    if catalogue.has_text(finding.rule, cause):
        return cause
    return next((f"{part}.{case}" for case in _cases(finding.rule, part) if _CASES[case](finding, facts)), part)


@cache
def _cases(rule: str, part: str) -> list[str]:
    """The cases that a rule has texts of its own for."""
    return [case for case in _CASES if catalogue.has_text(rule, f"{part}.{case}")]


def _filled(part: str, finding: Finding, facts: Facts, reader: Reader) -> str:
    template = catalogue.text(finding.rule, part, reader.language)
    return catalogue.filled(template, facts_of(facts, finding, reader, catalogue.placeholders(template)))
