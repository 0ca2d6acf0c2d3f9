"""Why an answer is given once more: what differs from what was told before, and what made it differ.

A partner did nothing and its verdict changes: by a waiver, a withdrawal, another statement to compare with, or rules
and lists that say otherwise. The mail names it. What was told is kept by delivery below ``STATE/feedback``: rules and
numbers, nothing of the file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from include.contract import catalogue, load_contract
from include.stage7_outputs.findings.deliveries import Delivery
from include.stage7_outputs.reader import Reader


@dataclass(frozen=True)
class Told:
    """What a partner was told of a delivery: its status, by rule how many findings count and how many are waived, and
    the statement that it was compared with."""

    status: str
    counting: dict[str, int] = field(default_factory=dict)
    waived: dict[str, int] = field(default_factory=dict)
    compared_with: str | None = None

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        return asdict(self)


def told(delivery: Delivery, compared_with: str | None = None) -> Told:
    """What the answer to a delivery tells."""
    counting = Counter(one.rule for one in delivery.findings if not one.waived and one.severity != "info")
    waived = Counter(one.rule for one in delivery.findings if one.waived)
    return Told(delivery.status, dict(counting), dict(waived), compared_with)


def news(delivery: Delivery, before: Told | None, now: Told, reader: Reader) -> list[str]:
    """What differs since the answer before and why, a sentence each; empty for a first answer."""
    if before is None or before == now:
        return []
    said = [reader.word("news.same")]
    if before.status != now.status:
        said = [reader.word("news.status", was=_status(before, reader), now=_status(now, reader))]
    if before.status == "withdrawn" and now.status != "withdrawn":
        said.append(reader.word("news.not_withdrawn"))
    rules = dict.fromkeys([*before.counting, *now.counting, *before.waived, *now.waived])
    waived = [rule for rule in rules if now.waived.get(rule, 0) > before.waived.get(rule, 0)]
    ended = [rule for rule in rules if now.waived.get(rule, 0) < before.waived.get(rule, 0)]
    for rule in waived:
        reasons = dict.fromkeys(
            one.waiver_reason or "–" for one in delivery.findings if one.waived and one.rule == rule
        )
        said.append(reader.word("news.waived", what=_title(rule, reader), reason="; ".join(reasons).rstrip(".")))
    said += [reader.word("news.waiver_ended", what=_title(rule, reader)) for rule in ended]
    known = load_contract().rules
    others = [
        rule
        for rule in rules
        if now.counting.get(rule) != before.counting.get(rule)
        and rule not in {*waived, *ended}
        and not known[rule].is_derived
    ]
    if before.compared_with != now.compared_with or any(known[rule].found_by == "comparison" for rule in others):
        earlier = now.compared_with or before.compared_with
        said.append(reader.word("news.statement", now=earlier) if earlier else reader.word("news.no_statement"))
    if any(known[rule].found_by == "reconciliation" for rule in others):
        said.append(reader.word("news.figures"))
    judged = [_title(rule, reader) for rule in others if not known[rule].is_beside]
    if judged:
        said.append(reader.word("news.judged", what="; ".join(judged)))
    return said


def _status(one: Told, reader: Reader) -> str:
    return reader.word(f"status.{one.status}")


def _title(rule: str, reader: Reader) -> str:
    return f"{catalogue.text(rule, 'title', reader.language)} ({rule})"
