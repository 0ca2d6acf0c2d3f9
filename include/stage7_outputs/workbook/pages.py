"""A feedback workbook in the making."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from xlsxwriter.worksheet import Worksheet

from include.stage7_outputs.findings.changes import Changes
from include.stage7_outputs.findings.deliveries import Delivery, Finding
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import Group
from include.stage7_outputs.findings.sentences import sentence, what_to_do
from include.stage7_outputs.reader import Reader
from include.stage7_outputs.workbook.inert import InertWriter, Properties
from include.stage7_outputs.workbook.marks import Marks, marks

_NAME_MAX = 31
LINK: Properties = {"font_color": "#0563C1", "underline": 1, "valign": "top"}


@dataclass
class Pages:
    """What every page of a workbook needs, and what the pages tell each other."""

    delivery: Delivery
    facts: Facts
    groups: list[Group]
    changes: Changes | None
    reader: Reader
    writer: InertWriter
    #: sheet of the contract -> its worksheet's name in this workbook
    names: dict[str, str] = field(default_factory=dict)
    #: sheet of the contract -> where its findings stand
    marks: dict[str, Marks] = field(default_factory=dict)
    #: sentences for the summary about what had to be left out
    notices: list[str] = field(default_factory=list)
    _said: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by_sheet = defaultdict[str, list[Finding]](list)
        for finding in self.delivery.findings:
            by_sheet[finding.sheet].append(finding)
        self.marks = {sheet: marks(findings, self.delivery.sheets.get(sheet)) for sheet, findings in by_sheet.items()}

    def said(self, finding: Finding) -> tuple[str, str]:
        """What is wrong and what to do, of one of the delivery's findings: the list and its cell say the same."""
        if (said := self._said.get(id(finding))) is None:
            said = sentence(finding, self.facts, self.reader), what_to_do(finding, self.facts, self.reader)
            self._said[id(finding)] = said
        return said

    def link(self, sheet: Worksheet, row: int, column: int, finding: Finding) -> str | None:
        """Write a link to where a finding stands; returns what it shows, None where the workbook has not the place."""
        name = self.names.get(finding.sheet)
        target = finding.cell or (f"A{finding.row}" if finding.row else None)
        if name is None or target is None:
            return None
        shown = finding.cell or f"{self.reader.word('head.row')} {finding.row}"
        sheet.write_url(row, column, f"internal:'{name}'!{target}", self.writer.look(LINK).plain, shown)
        return shown


def worksheet_name(name: str, taken: set[str]) -> str:
    """A name Excel takes, as near to the partner's as it goes, and not in ``taken``."""
    clean = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", "_", name).strip()[:_NAME_MAX] or "_"
    clean = f"{clean}_" if clean.casefold() == "history" else clean  # reserved by Excel
    used = {other.casefold() for other in taken}
    candidate, number = clean, 1
    while candidate.casefold() in used:
        number += 1
        candidate = f"{clean[: _NAME_MAX - len(str(number)) - 3]} ({number})"
    return candidate
