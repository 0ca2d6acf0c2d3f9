"""Which cells and rows of a partner's sheet carry findings, and what is said there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_cell_to_rowcol

from include.contract import catalogue
from include.contract.catalogue import SEVERITIES
from include.stage7_outputs.findings.deliveries import Finding, SheetPlace
from include.stage7_outputs.reader import Reader

#: Fill by severity, and of a waived finding; dark text on each has a contrast above 7 : 1.
COLOURS = {"critical": "#FF9C9C", "error": "#FFC7CE", "warning": "#FFEB9C", "info": "#DDEBF7", "waived": "#E2EFDA"}
#: Fill of the other cells of a row that a finding is about as a whole.
ROW_COLOURS = {"critical": "#FFE3E3", "error": "#FFE9EC", "warning": "#FFF6D6", "info": "#EFF5FB", "waived": "#F2F8EE"}
#: Longest comment, in characters; Excel takes 32,767.
_LONGEST_COMMENT = 4_000


@dataclass
class Marks:
    """Findings of one sheet by place; rows and columns from 0."""

    #: row -> column -> findings at that cell
    cells: dict[int, dict[int, list[Finding]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    #: row -> findings about it as a whole
    rows: dict[int, list[Finding]] = field(default_factory=lambda: defaultdict(list))

    @property
    def marked_rows(self) -> set[int]:
        """Rows that carry anything."""
        return {*self.cells, *self.rows}


def marks(findings: Iterable[Finding], place: SheetPlace | None) -> Marks:
    """Where the findings of a sheet stand: at their cell, on their row, or on the header."""
    found = Marks()
    header = (place.header_row if place and place.header_row else 1) - 1
    for finding in findings:
        if finding.cell:
            row, column = xl_cell_to_rowcol(finding.cell)
            found.cells[row][column].append(finding)
        else:
            found.rows[header if finding.row is None else finding.row - 1].append(finding)
    return found


def worst(findings: Iterable[Finding]) -> str:
    """The look of a place: its worst severity in effect, else ``waived``."""
    effective = {finding.severity for finding in findings if not finding.waived}
    return next((severity for severity in SEVERITIES if severity in effective), "waived")


def comment(findings: Iterable[Finding], reader: Reader, said_of: Callable[[Finding], tuple[str, str]]) -> str:
    """What is said at a place; ``said_of`` a finding is what is wrong and what to do."""
    said = []
    for finding in findings:
        severity = reader.word(f"severity.{finding.severity}").upper()
        waived = f" ({reader.word('waived.short')})" if finding.waived else ""
        title = catalogue.headline(finding.rule, reader.language)
        wrong, to_do = said_of(finding)
        said.append(f"{severity} {finding.rule}{waived}: {title}\n{wrong}\n→ {to_do}")
    return "\n\n".join(said)[:_LONGEST_COMMENT]
