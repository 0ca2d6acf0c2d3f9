"""A partner who corrects a file by what the feedback workbook says, and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook

from include.contract import catalogue, load_contract

#: A tax id of the partner's own papers: Peru's and Brazil's checks accept these.
TAX_IDS = {"es": "20602814859", "en": "20602814859", "pt": "11222333000181"}
#: Rules after which a row is taken away, those after which a sheet is, and those that ask for nothing.
_ROW_GOES, _SHEET_GOES, _NOTHING_TO_DO = {"R01", "R04", "R05"}, {"F09"}, {"C09", "X01", "X02", "X03", "R03", "F08"}
_NUMBER = r"-?\d+(?:[.,]\d+)?"


@dataclass(frozen=True)
class Told:
    """A row of the list of findings, as a partner reads it."""

    rule: str
    sheet: str
    cell: str | None
    row: int | None
    column: str
    found: str
    wrong: str
    nearest: str
    allowed: str
    language: str

    def dates(self) -> list[date]:
        if self.language == "en":
            return [date.fromisoformat(text) for text in re.findall(r"\d{4}-\d{2}-\d{2}", self.wrong)]
        return [datetime.strptime(text, "%d/%m/%Y").date() for text in re.findall(r"\d{2}/\d{2}/\d{4}", self.wrong)]

    def numbers(self) -> list[float]:
        return [float(text.replace(",", ".")) for text in re.findall(rf"(?<![\w.,]){_NUMBER}(?![\w])", self.wrong)]

    def quoted(self) -> list[str]:
        return re.findall(r"[«“](.*?)[»”]", self.wrong)


def read(feedback: Path) -> list[Told]:
    """What the feedback workbook lists, each finding with what its group on the first page says is allowed."""
    language = feedback.stem[-2:]
    book = openpyxl.load_workbook(feedback)
    word = {part: catalogue.word(part, language) for _, part in catalogue.messages() if part.startswith("head.")}
    summary = [[cell or "" for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    head = next(row for row in summary if row[0] == word["head.number"])
    at = {name: head.index(word[f"head.{name}"]) for name in ("sheet", "column", "wrong", "allowed")}
    groups = summary[summary.index(head) + 1 :]
    titles, *rows = book.worksheets[1].iter_rows(values_only=True)
    names = {"rule", "sheet", "cell", "row", "column", "found", "wrong", "nearest"}
    told = []
    for row in rows:
        said = {name: row[titles.index(word[f"head.{name}"])] for name in names}
        allowed = next(
            (
                str(group[at["allowed"]])
                for group in groups
                if group[at["sheet"]] == said["sheet"]
                and group[at["column"]] == (said["column"] or "")
                and str(said["wrong"]).startswith(str(group[at["wrong"]]).split("\n")[0])
            ),
            "",
        )
        given = {
            name: "" if said[name] is None else str(said[name]) for name in ("column", "found", "wrong", "nearest")
        }
        told.append(
            Told(said["rule"], said["sheet"], said["cell"], said["row"], **given, allowed=allowed, language=language)
        )
    return told


def correct(sent: Path, feedback: Path, corrected: Path) -> int:
    """Correct exactly what the feedback names in ``sent``; returns how many places were changed."""
    book = openpyxl.load_workbook(sent, data_only=True)
    done = 0
    rows: set[tuple[str, int]] = set()
    columns: set[tuple[str, str]] = set()
    for told in read(feedback):
        if told.rule in _NOTHING_TO_DO:
            continue
        done += 1
        if told.rule in _ROW_GOES:
            assert told.row
            rows.add((told.sheet, told.row))
        elif told.rule == "F07":
            columns.add((told.sheet, str(told.cell)))
        elif told.rule == "F10":
            sheet = next(s for s in load_contract().sheets.values() if s.labels[told.language] == told.sheet)
            book.create_sheet(told.sheet).append([column.labels[told.language] for column in sheet.columns])
        elif told.rule in _SHEET_GOES:
            del book[told.found]
        else:
            book[told.sheet][str(told.cell)] = _BY_RULE[told.rule](told, book)
    for name, cell in columns:
        book[name].delete_cols(book[name][cell].column)
    for name, row in sorted(rows, reverse=True):
        book[name].delete_rows(row)
    book.save(corrected)
    return done


def _chosen(told: Told, _: Workbook) -> str:
    """The nearest value, else the first of those that are written out, else what the partner's papers say."""
    if told.nearest:
        return re.sub(r" \(.*\)$", "", told.nearest)
    listed = re.search(r"(?:Uno de|Um de|One of): (.*)\.$", told.allowed)
    return re.sub(r" \(.*\)$", "", listed[1].split(", ")[0]) if listed else f"Taller {told.row}"


def _known_enterprise(told: Told, book: Workbook) -> str:
    """One of the enterprises sheet that the sheet at fault does not name yet."""
    enterprises = book[load_contract().sheets["enterprises"].labels[told.language]]
    cells = (str(value) for row in enterprises.iter_rows(values_only=True) for value in row)
    known = [text for text in cells if re.fullmatch(r"E\d{4}", text)]
    used = {cell.value for cell in book[told.sheet][re.sub(r"\d", "", str(told.cell))]}
    return next((ref for ref in known if ref not in used), known[0])


_BY_RULE: dict[str, Callable[[Told, Workbook], object]] = {
    "F03": lambda told, _: 1,
    "F05": lambda told, _: "2024-S2",
    "C01": _chosen,
    "C05": _chosen,
    "R02": _known_enterprise,
    "E05": lambda told, _: TAX_IDS[told.language],
    "E08": lambda told, _: told.quoted()[1],
    "E10": lambda told, _: told.dates()[-1],
    "T02": lambda told, _: told.dates()[-1],
    "T04": lambda told, _: 8,
    "T05": lambda told, _: 1,
    "P02": lambda told, _: told.dates()[-1],
    "P03": _chosen,
    "J03": lambda told, _: min(told.numbers()),
    "J04": lambda told, _: min(told.numbers()),
}
