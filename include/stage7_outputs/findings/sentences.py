"""What is wrong and what to do, of one finding, in the reader's words.

A rule says one thing in most cases, and has texts of its own for some: ``wrong.password`` beside ``wrong``.
"""

from __future__ import annotations

from include.contract import catalogue
from include.stage7_outputs.findings.circumstances import is_date_of_code, waits_for_calculation
from include.stage7_outputs.findings.deliveries import Finding
from include.stage7_outputs.findings.facts import Facts
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


def _part(part: str, finding: Finding, facts: Facts) -> str:
    """The part of the rule's texts that speaks of the finding's case."""
    special = f"{part}.{_case(finding, facts)}"
    return special if catalogue.has_text(finding.rule, special) else part


def _case(finding: Finding, facts: Facts) -> str:
    if finding.rule in ("F01", "F02"):
        return facts.refusal.get("cause", "")
    if finding.rule == "F09" and finding.sheet == "file":
        if finding.value in facts.renamed:
            return "renamed"
        return "second" if facts.counting_sheet(finding) else ""
    if finding.rule == "F09" and finding.cell:
        return "loose" if finding.cell.rstrip("0123456789") == finding.value else ""
    if finding.rule in ("F03", "F06", "F10"):
        return "renamed" if facts.candidate(finding) else ""
    if finding.rule == "C01":
        return "merged" if facts.merged_range(finding) else ""
    if finding.rule == "C07":
        return "stand_in" if waits_for_calculation(facts.delivery) else ""
    return "date" if is_date_of_code(facts.delivery, finding) else ""


def _filled(part: str, finding: Finding, facts: Facts, reader: Reader) -> str:
    template = catalogue.text(finding.rule, part, reader.language)
    return catalogue.filled(template, facts.of(finding, reader, catalogue.placeholders(template)))
