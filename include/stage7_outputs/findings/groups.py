"""Findings as a partner works through them: grouped by rule and column, the group that clears most first."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from include.contract import catalogue, load_contract
from include.contract.catalogue import SEVERITIES
from include.stage7_outputs.findings.changes import Changes, Since
from include.stage7_outputs.findings.deliveries import Delivery, Finding
from include.stage7_outputs.findings.facts import Facts, column_label, shown_value
from include.stage7_outputs.findings.nearest import nearest, shown_code
from include.stage7_outputs.findings.sentences import sentence, what_to_do
from include.stage7_outputs.reader import Reader

EXAMPLES = 3
#: Distinct received values a group shows.
_VALUES_SHOWN = 4
#: Lists of up to so many codes are written out.
_CODES_SHOWN = 14


@dataclass(frozen=True)
class Group:
    """Findings of one rule at one column; ``indices`` count in the delivery's findings."""

    rule: str
    severity: str
    sheet: str
    column: str | None
    waived: bool
    indices: tuple[int, ...]
    findings: tuple[Finding, ...]
    #: rows of other sheets that do not count because of these
    consequences: int

    @property
    def count(self) -> int:
        return len(self.findings)


def group(delivery: Delivery) -> list[Group]:
    """The delivery's findings in the order in which to correct them.

    Critical ones come first, since little else is judged beside them; then errors on sheets that are returned for
    the number of their errors, other errors, warnings, what is for the record, and what is waived. Within these the
    group comes first that clears most rows, consequences included. Consequences are folded under their causes.
    """
    rules, causes = load_contract().rules, delivery.causes
    folded: Counter[tuple[str, str | None]] = Counter()
    members: dict[tuple[str, str, str | None, bool], list[int]] = defaultdict(list)
    for index, finding in enumerate(delivery.findings):
        if rules[finding.rule].found_by == "consequence" and finding.enterprise_ref in causes:
            folded.update(causes[finding.enterprise_ref])
        else:
            members[finding.rule, finding.sheet, finding.column, finding.waived].append(index)
    groups = []
    for (rule, sheet, column, waived), indices in members.items():
        findings = tuple(delivery.findings[index] for index in indices)
        consequences = folded[rule, column] if sheet == "enterprises" and not waived else 0
        groups.append(Group(rule, findings[0].severity, sheet, column, waived, tuple(indices), findings, consequences))
    returned = {finding.sheet for finding in delivery.findings if rules[finding.rule].found_by == "submission"}
    order = list(rules)
    return sorted(groups, key=lambda one: (*_rank(one, returned), order.index(one.rule), one.sheet, one.column or ""))


def _rank(one: Group, returned: set[str]) -> tuple[int, int, int]:
    clears_return = one.severity == "error" and one.sheet in returned
    # a waived one asks nothing of the partner
    return (
        len(SEVERITIES) if one.waived else SEVERITIES.index(one.severity),
        0 if clears_return else 1,
        -(one.count + one.consequences),
    )


@dataclass(frozen=True)
class Advice:
    """A group in words."""

    severity: str
    sheet: str
    column: str
    wrong: str
    what_to_do: str
    allowed: str
    nearest: str
    found: str
    count: str
    since: str
    remarks: str


def advise(one: Group, facts: Facts, changes: Changes | None, reader: Reader) -> Advice:
    """A group in the reader's words."""
    first = one.findings[0]
    said = sentence(first, facts, reader)
    if one.count > 1:
        place = first.cell or (f"{reader.word('head.row')} {first.row}" if first.row else "")
        said = reader.word("example", cell=place, text=said) if place else said
    values = Counter(finding.value for finding in one.findings if finding.value)
    shown = Counter(shown_value(finding, reader) for finding in one.findings if finding.value)
    return Advice(
        severity=reader.word(f"severity.{one.severity}"),
        sheet=facts.delivery.sheet_name(one.sheet),
        column=column_label(first, reader) if one.column else "",
        wrong=f"{catalogue.headline(one.rule, reader.language)}\n{said}",
        what_to_do=what_to_do(first, facts, reader),
        allowed=allowed(one.rule, one.sheet, one.column, reader),
        nearest=_nearest_of(one, values, facts, reader),
        found=_listed([value for value, _ in shown.most_common(_VALUES_SHOWN)], len(shown)),
        count=reader.counted(f"unit.{unit(first)}", one.count),
        since=_since(one, changes, reader),
        remarks=_remarks(one, reader),
    )


def allowed(rule: str, sheet: str, column: str | None, reader: Reader) -> str:
    """What is allowed, with the codes themselves where they are few."""
    said = catalogue.allowed(rule, sheet, column, reader.language)
    listed = load_contract().sheets.get(sheet)
    codelist = listed.by_key[column].codelist if listed and column in listed.by_key else None
    codes = load_contract().codelists.get(codelist or "", {})
    if rule in ("C01", "C05") and codelist and 0 < len(codes) <= _CODES_SHOWN:
        shown = ", ".join(shown_code(codelist, code, reader.language) for code in codes)
        said = f"{said} {reader.word('list_of', codes=shown)}".strip()
    return said


def unit(finding: Finding) -> str:
    """What findings of this kind are counted in."""
    if finding.sheet == "file":
        return "file" if finding.rule in ("F01", "F02", "X02") else "sheet"
    if finding.cell and finding.row:
        return "cell"
    if finding.row:
        return "row"
    return "column" if finding.column or finding.cell else "sheet"


def _nearest_of(one: Group, values: Counter[str], facts: Facts, reader: Reader) -> str:
    """The nearest known code of each shown value."""
    samples: dict[str, Finding] = {}
    for finding in one.findings:
        if finding.value:
            samples.setdefault(finding.value, finding)
    found = []
    for value, _ in values.most_common(_VALUES_SHOWN):
        match = nearest(samples[value], facts, reader)
        if match:
            found.append(match if len(values) == 1 else f"{reader.quoted(value)} → {match}")
    return "\n".join(found)


def _listed(shown: list[str], total: int) -> str:
    return ", ".join(shown) + (", …" if total > len(shown) else "")


def _since(one: Group, changes: Changes | None, reader: Reader) -> str:
    if changes is None:
        return ""
    counts = Counter(changes.since[index] for index in one.indices)
    kinds: tuple[Since, ...] = ("still", "new", "unchecked")
    return ", ".join(reader.counted(f"unit.{kind}", counts[kind]) for kind in kinds if counts[kind])


def _remarks(one: Group, reader: Reader) -> str:
    remarks = []
    if one.waived:
        reasons = dict.fromkeys(finding.waiver_reason or "–" for finding in one.findings)
        remarks.append(reader.word("waived", reason="; ".join(reasons)))
    if one.consequences:
        remarks.append(reader.counted("consequence", one.consequences))
    return " ".join(remarks)
