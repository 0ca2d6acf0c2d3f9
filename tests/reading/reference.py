"""A second way of decoding a delivery, slow and by the letter of the formats, to compare the reader with.

It shares with the reader only what makes a cell blank. Cells are (kind, value): a text, a float, or a date and time.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl

from include.stage3_reading.cells.cleaning import clean
from include.stage3_reading.cells.grid import Grid, Kind
from include.stage3_reading.container.workbook import BUILTIN_DATE_FORMATS, shows_date

Cells = dict[tuple[int, int], tuple[str, Any]]


class NotDecodable(Exception):
    """By the letter of the format the file has no certain meaning."""


def as_cells(grid: Grid) -> Cells:
    """The reader's grid in this module's form."""
    found: Cells = {}
    for column, frame in grid.columns.items():
        for row, kind, raw, number in frame.select("row", "kind", "raw", "number").iter_rows():
            name = Kind(kind).name
            if kind == Kind.DATE and number is not None:
                raw = datetime.fromisoformat(raw)
            elif kind in (Kind.NUMBER, Kind.DATE):
                raw = float(raw)
            found[row, column] = (name, raw)
    return found


def apart(sheets: Iterable[tuple[str, Cells]]) -> dict[str, Cells]:
    """Name -> cells; sheets of one name, which only a broken program writes, get a number in brackets."""
    found: dict[str, Cells] = {}
    for name, cells in sheets:
        number = sum(other == name or other.startswith(f"{name} (") for other in found)
        found[f"{name} ({number + 1})" if number else name] = cells
    return found


def workbook_cells(path: Path) -> dict[str, Cells]:
    """Name -> cells of every worksheet, in order. Raises NotDecodable."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _Workbook(archive).sheets()
    except (ElementTree.ParseError, KeyError, ValueError, IndexError, OverflowError) as error:
        raise NotDecodable(str(error)) from None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {_local(name): value for name, value in element.attrib.items()}


def _children(element: ElementTree.Element | None, name: str) -> list[ElementTree.Element]:
    return [] if element is None else [child for child in element if _local(child.tag) == name]


def _first(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next(iter(_children(element, name)), None)


def _is_zero(text: str | None) -> bool:
    try:
        return float((text or "").replace("_", "?")) == 0
    except ValueError:
        return False


def _text(element: ElementTree.Element | None) -> str | None:
    """All text of an element and those in it, phonetic readings aside."""
    if element is None:
        return None
    inner = [_text(child) or "" if _local(child.tag) != "rPh" else "" for child in element]
    tails = [child.tail or "" for child in element]
    return (element.text or "") + "".join(text + tail for text, tail in zip(inner, tails, strict=True))


def _string(element: ElementTree.Element) -> str:
    """Text of an ``si`` or ``is``: its ``t``, or those of its runs."""
    pieces = []
    for child in element:
        if _local(child.tag) == "t":
            pieces.append(_text(child) or "")
        elif _local(child.tag) == "r":
            pieces += [_text(t) or "" for t in _children(child, "t")]
    return "".join(pieces)


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return re.sub("_x([0-9A-Fa-f]{4})_", character, text)


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.replace("\\", "/").casefold(): name for name in archive.namelist()}
        main = next(target for kind, _, target in self.relationships("") if kind == "officeDocument")
        self.root = self.part(main)
        self.related = self.relationships(main)
        properties = _first(self.root, "workbookPr")
        flag = _attributes(properties).get("date1904", "0") if properties is not None else "0"
        self.epoch = datetime(1904, 1, 1) if flag.casefold() in ("1", "true") else datetime(1899, 12, 30)
        calculation = _first(self.root, "calcPr")
        flag = _attributes(calculation).get("fullCalcOnLoad", "0") if calculation is not None else "0"
        self.is_uncalculated = flag.casefold() in ("1", "true")
        self.strings = self.shared_strings()
        self.date_styles = self.styles()

    def part(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.archive.read(self.names[name.casefold()]))

    def relationships(self, part: str) -> list[tuple[str, str, str]]:
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", base + ".rels")
        if name.casefold() not in self.names:
            return []
        found = []
        for element in self.part(name).iter():
            given = _attributes(element)
            if _local(element.tag) == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
                found.append((given.get("Type", "").rpartition("/")[2], given.get("Id", ""), target))
        return found

    def only(self, kind: str) -> ElementTree.Element | None:
        target = next((target for found, _, target in reversed(self.related) if found == kind), None)
        if kind == "styles" and target is not None and target.casefold() not in self.names:
            return None  # numbers without a format
        return None if target is None else self.part(target)

    def shared_strings(self) -> list[str]:
        return [_unescaped(_string(element)) for element in _children(self.only("sharedStrings"), "si")]

    def styles(self) -> list[bool]:
        root = self.only("styles")
        if root is None:
            return []
        formats = {}
        for block in _children(root, "numFmts"):
            for one in _children(block, "numFmt"):
                formats[_attributes(one).get("numFmtId", "")] = shows_date(_attributes(one).get("formatCode", ""))
        found = []
        for block in _children(root, "cellXfs"):
            for one in _children(block, "xf"):
                number = _attributes(one).get("numFmtId", "0")
                found.append(formats.get(number, number.isdecimal() and int(number) in BUILTIN_DATE_FORMATS))
        return found

    def sheets(self) -> dict[str, Cells]:
        found: list[tuple[str, Cells]] = []
        parts = {identifier: target for kind, identifier, target in self.related if kind == "worksheet"}
        for block in _children(self.root, "sheets"):
            for one in _children(block, "sheet"):
                given = _attributes(one)
                if given.get("id") in parts:
                    found.append((given.get("name", ""), self.cells(self.part(parts[given["id"]]))))
        return apart(found)

    def cells(self, sheet: ElementTree.Element) -> Cells:
        found: Cells = {}
        row = 0
        for line in (line for data in _children(sheet, "sheetData") for line in _children(data, "row")):
            row = int(_attributes(line).get("r", row + 1))
            column = 0
            for cell in _children(line, "c"):
                address = _attributes(cell).get("r")
                if address:
                    match = re.fullmatch("([A-Za-z]{1,3})([0-9]+)", address)
                    if not match:
                        raise NotDecodable("an address that is none")
                    row, column = int(match[2]), 0
                    for letter in match[1].upper():
                        column = 26 * column + ord(letter) - 64
                else:
                    column += 1
                if (row, column) in found:
                    raise NotDecodable("two cells at one address")
                found[row, column] = self.cell(cell)
        for block in _children(sheet, "mergeCells"):
            for one in _children(block, "mergeCell"):
                self.blank_merged(found, _attributes(one)["ref"])
        texts = [str(value) for _, value in found.values()]
        is_blank = (clean(pl.Series(texts, dtype=pl.String)) == "").to_list()
        return {place: cell for (place, cell), blank in zip(found.items(), is_blank, strict=True) if not blank}

    def blank_merged(self, cells: Cells, reference: str) -> None:
        if columns := re.fullmatch("([A-Z]+):([A-Z]+)", reference.upper()):
            reference = f"{columns[1]}1:{columns[2]}1048576"
        elif rows := re.fullmatch("([0-9]+):([0-9]+)", reference):
            reference = f"A{rows[1]}:XFD{rows[2]}"
        corners = re.fullmatch("([A-Z]+)([0-9]+)(?::([A-Z]+)([0-9]+))?", reference.upper())
        if not corners:
            raise NotDecodable("a merged range that is none")
        left, right = (
            sum((ord(c) - 64) * 26**i for i, c in enumerate(reversed(corners[n] or corners[1]))) for n in (1, 3)
        )
        top, bottom = int(corners[2]), int(corners[4] or corners[2])
        for row, column in list(cells):
            if top <= row <= bottom and left <= column <= right and (row, column) != (top, left):
                del cells[row, column]

    def cell(self, cell: ElementTree.Element) -> tuple[str, Any]:
        given = _attributes(cell)
        kind = given.get("t", "n")
        value, formula, inline = _text(_first(cell, "v")), _first(cell, "f"), _first(cell, "is")
        text = _string(inline) if inline is not None and (value is None or kind == "inlineStr") else value
        if formula is not None and (text is None or (not text.strip() and kind not in ("str", "inlineStr"))):
            return "FORMULA", "=" + (_text(formula) or "")
        if formula is not None and self.is_uncalculated and kind == "n" and _is_zero(text):
            return "FORMULA", "=" + (_text(formula) or "")
        if text is None or text == "":
            return "TEXT", ""
        if kind == "s":
            return "TEXT", self.strings[int(text)]
        if kind == "e":
            return "ERROR", _unescaped(text)
        if kind == "b":
            return "BOOLEAN", {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}[text.strip().lower()]
        if kind != "n":
            return "TEXT", _unescaped(text)
        try:
            number = float(text.replace("_", "?"))
        except ValueError:
            return "TEXT", _unescaped(text)
        if number in (float("inf"), float("-inf")) or number != number:
            return "TEXT", _unescaped(text)
        style = int(given.get("s", "0").strip() or "0")
        if style < len(self.date_styles) and self.date_styles[style]:
            return "DATE", self.date(number)
        return "NUMBER", number

    def date(self, serial: float) -> datetime | float:
        if self.epoch.year == 1904:
            valid, day = 0 <= serial < 2_957_004, self.epoch
        else:
            valid = 1 <= serial < 2_958_466 and int(serial) != 60
            day = self.epoch if serial >= 60 else self.epoch + timedelta(days=1)
        if not valid:
            return serial
        return day + timedelta(days=int(serial), seconds=round((serial - int(serial)) * 86_400))


# --- CSV -----------------------------------------------------------------------------------------------------


def csv_cells(text: str, separator: str) -> Cells:
    """Cells by RFC 4180, character by character. Raises NotDecodable where quotes break it."""
    found: Cells = {}
    if "\n" not in text:
        text = text.replace("\r", "\n")
    for row, record in enumerate(_records(text, separator), 1):
        for column, value in enumerate(record, 1):
            if value:
                found[row, column] = ("TEXT", value)
    is_blank = (clean(pl.Series([value for _, value in found.values()], dtype=pl.String)) == "").to_list()
    return {place: cell for (place, cell), blank in zip(found.items(), is_blank, strict=True) if not blank}


def _records(text: str, separator: str) -> list[list[str]]:
    records: list[list[str]] = []
    record: list[str] = []
    field: list[str] = []
    state = "start"  # of a field; then plain, quoted, closed
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if state == "quoted":
            if character != '"':
                field.append(character)
            elif text[at : at + 1] == '"':
                field.append('"')
                at += 1
            else:
                state = "closed"
        elif character == '"' and state == "start":
            state = "quoted"
        elif character in (separator, "\r", "\n"):
            record.append("".join(field))
            field, state = [], "start"
            if character != separator:
                at += character == "\r" and text[at : at + 1] == "\n"
                records.append(record)
                record = []
        elif state == "closed":
            raise NotDecodable("text after a closing quote")
        else:
            field.append(character)
            state = "plain"
    if state == "quoted":
        raise NotDecodable("a quote that is not closed")
    if record or field or state != "start":
        records.append([*record, "".join(field)])
    return records
