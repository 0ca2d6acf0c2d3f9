"""A delivery's result in words, shared by workbook and e-mail."""

from __future__ import annotations

from collections import Counter

from include.contract import catalogue
from include.contract.catalogue import SEVERITIES
from include.stage7_outputs.findings.changes import Changes
from include.stage7_outputs.findings.circumstances import hidden_rows, hidden_sheets
from include.stage7_outputs.findings.deliveries import Delivery
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import Group
from include.stage7_outputs.reader import Reader

#: Said even where there are none.
_ALWAYS = ("fixed", "still", "new")


def status(delivery: Delivery, reader: Reader) -> str:
    """The status in the reader's language."""
    return reader.word(f"status.{delivery.status}")


def reason(delivery: Delivery, groups: list[Group], reader: Reader) -> str:
    """Why the delivery has its status, in a sentence or two."""
    if delivery.is_duplicate:
        return reader.word("why.duplicate", first=delivery.duplicate_of or "")
    if delivery.status == "withdrawn":
        said = reader.word("why.withdrawn", reason=(delivery.withdrawal_reason or "–").rstrip("."))
        counts_again = "why.counts_instead" if delivery.counting_id else "why.none_counts"
        return f"{said} {reader.word(counts_again, counting=delivery.counting_id or '')}"
    said = reader.word(f"why.{delivery.status}")
    if delivery.status != "returned":
        return said
    titles = [
        catalogue.text(one.rule, "title", reader.language)
        for one in groups
        if one.severity == "critical" and not one.waived
    ]
    return f"{said} {'; '.join(dict.fromkeys(titles))}."


def first_of_all(facts: Facts, reader: Reader) -> list[str]:
    """What to look at before anything else: sheets under another name, a list that seems to have been renumbered."""
    said = [
        reader.word("renamed", candidate=reader.quoted(name), seems=facts.right_name(key, reader))
        for name, key in facts.renamed.items()
    ]
    found = facts.comparison
    if found.is_renumbered:
        said.append(reader.word("renumbered", changed=reader.number(found.changed), kept=reader.number(found.kept)))
    return said


def hidden(delivery: Delivery, reader: Reader) -> list[str]:
    """Hidden sheets that count, and hidden rows that do."""
    if delivery.is_duplicate:
        return []
    sheets = [reader.word("hidden.sheet", at_sheet=reader.quoted(name)) for name in hidden_sheets(delivery)]
    rows = [
        reader.word("hidden.rows", at_sheet=reader.quoted(name), count=reader.number(count), first=str(first))
        for name, count, first in hidden_rows(delivery)
    ]
    return sheets + rows


def counts(delivery: Delivery, reader: Reader) -> str:
    """How many findings there are, and of these by severity; waived ones apart."""
    found = Counter("waived" if finding.waived else finding.severity for finding in delivery.findings)
    said = [reader.counted(f"unit.{kind}", found[kind]) for kind in (*SEVERITIES, "waived") if found[kind]]
    if len(said) > 1:
        return f"{reader.number(found.total())} ({', '.join(said)})"
    return said[0] if said else reader.word("summary.nothing")


def what_changed(delivery: Delivery, changes: Changes | None, reader: Reader) -> str:
    """Fixed, still there, new since the version before; empty where versions do not apply."""
    if changes is None:
        return reader.word("summary.first_version") if delivery.version == 1 else ""
    kinds = (
        ("fixed", sum(changes.fixed.values())),
        ("still", changes.count("still")),
        ("new", changes.count("new")),
        ("unchecked", changes.count("unchecked")),
        ("apart", changes.since.count(None)),  # so that all but the fixed ones are as many as there are findings
    )
    said = ", ".join(reader.counted(f"unit.{kind}", count) for kind, count in kinds if count or kind in _ALWAYS)
    return f"{said}. {reader.word('summary.not_checked')}" if changes.count("unchecked") else f"{said}."
