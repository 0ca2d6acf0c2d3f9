"""What changed since the last version of the same project and period: fixed, still there, new.

A finding is the same one if rule, sheet, column and enterprise are; row numbers move when rows are added or deleted,
and a value may be changed and still be wrong. What could not be checked in one of the two versions is neither fixed
nor new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from include.contract import load_contract
from include.stage7_outputs.findings.deliveries import FILE, Delivery, Finding

Since = Literal["new", "still", "unchecked"]
_Key = tuple[str, str, str | None, str | None]


@dataclass(frozen=True)
class Changes:
    """``since`` has one entry a finding, in their order (None: not compared)."""

    version: int
    since: tuple[Since | None, ...]
    #: (rule, sheet, column) -> how many are gone
    fixed: dict[tuple[str, str, str | None], int]

    def count(self, kind: Since) -> int:
        """How many findings are new, still there, or were not checked before."""
        return self.since.count(kind)


def changes(delivery: Delivery) -> Changes | None:
    """What changed; None for a first version and a duplicate."""
    previous = delivery.previous
    if previous is None or delivery.is_duplicate:
        return None
    before = Counter(_keys(previous.findings))
    left = before.copy()
    since: list[Since | None] = []
    for finding in delivery.findings:
        if not _is_compared(finding):
            since.append(None)
            continue
        key = _key(finding)
        if left[key] > 0:
            left[key] -= 1
            since.append("still")
        else:
            since.append("new" if _was_checked(finding.rule, finding.sheet, previous.judged) else "unchecked")
    fixed: Counter[tuple[str, str, str | None]] = Counter()
    for (rule, sheet, column, _), count in left.items():
        if count > 0 and _was_checked(rule, sheet, delivery.judged):
            fixed[rule, sheet, column] += count
    return Changes(previous.version, tuple(since), dict(fixed))


def _keys(findings: Iterable[Finding]) -> Iterable[_Key]:
    return (_key(finding) for finding in findings if _is_compared(finding))


def _key(finding: Finding) -> _Key:
    # an unknown sheet or column is told by its name, anything else by the enterprise it is about
    about = finding.value if finding.rule == "F09" else finding.enterprise_ref
    return finding.rule, finding.sheet, finding.column, about


def _is_compared(finding: Finding) -> bool:
    """Consequences and notes for the record are not something a partner fixes; declared totals are judged of current
    versions only, and what compares statements does so with the very version that changes are counted from."""
    rule = load_contract().rules[finding.rule]
    return not finding.waived and rule.severity != "info" and not rule.is_beside


def _was_checked(rule: str, sheet: str, judged: frozenset[str]) -> bool:
    """Whether a version in which ``judged`` was checked would have shown the finding."""
    is_about_rows = load_contract().rules[rule].is_derived or not rule.startswith("F")
    return (sheet if is_about_rows and sheet in load_contract().sheets else FILE) in judged
