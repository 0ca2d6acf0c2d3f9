"""A delivery's result in words, shared by workbook and e-mail."""

from __future__ import annotations

from collections import Counter

from include.contract import catalogue
from include.contract.catalogue import SEVERITIES
from include.stage7_feedback.changes import Changes
from include.stage7_feedback.deliveries import Delivery
from include.stage7_feedback.facts import Facts
from include.stage7_feedback.groups import Group
from include.stage7_feedback.reader import Reader


def status(delivery: Delivery, reader: Reader) -> str:
    """The status in the reader's language."""
    return reader.word(f"status.{delivery.status}")


def reason(delivery: Delivery, groups: list[Group], reader: Reader) -> str:
    """Why the delivery has its status, in a sentence or two."""
    if delivery.is_duplicate:
        return reader.word("why.duplicate", first=delivery.duplicate_of or "")
    if delivery.status == "withdrawn":
        return reader.word("why.withdrawn", reason=(delivery.withdrawal_reason or "–").rstrip("."))
    said = reader.word(f"why.{delivery.status}")
    if delivery.status != "returned":
        return said
    titles = [
        catalogue.text(one.rule, "title", reader.language)
        for one in groups
        if one.severity == "critical" and not one.waived
    ]
    return f"{said} {'; '.join(dict.fromkeys(titles))}."


def renumbered(facts: Facts, reader: Reader) -> str:
    """That the list of enterprises seems to have been renumbered; empty where it does not."""
    found = facts.comparison
    if not found.is_renumbered:
        return ""
    return reader.word("renumbered", changed=reader.number(found.changed), kept=reader.number(found.kept))


def counts(delivery: Delivery, reader: Reader) -> str:
    """How many findings there are, by severity; waived ones apart."""
    found = Counter("waived" if finding.waived else finding.severity for finding in delivery.findings)
    said = [reader.counted(f"unit.{kind}", found[kind]) for kind in (*SEVERITIES, "waived") if found[kind]]
    return ", ".join(said) or reader.word("summary.nothing")


def what_changed(delivery: Delivery, changes: Changes | None, reader: Reader) -> str:
    """Fixed, still there, new since the version before; empty where versions do not apply."""
    if changes is None:
        return reader.word("summary.first_version") if delivery.version == 1 else ""
    kinds = (
        ("fixed", sum(changes.fixed.values())),
        ("still", changes.count("still")),
        ("new", changes.count("new")),
        ("unchecked", changes.count("unchecked")),
    )
    said = ", ".join(reader.counted(f"unit.{kind}", count) for kind, count in kinds if count or kind != "unchecked")
    return f"{said}. {reader.word('summary.not_checked')}" if changes.count("unchecked") else f"{said}."
