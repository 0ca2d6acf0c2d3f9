"""Structure of a workbook: its sheets in order, and which cell styles show dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from include.stage3_reading.container.package import Package
from include.stage3_reading.container.refusal import NotReadable
from include.stage3_reading.container.xml_parts import elements, resolve

#: Number formats that every workbook has and that show dates or times (ECMA-376 part 1, 18.8.30; 27-36 and 50-58
#: are dates in East Asian locales and unused elsewhere).
BUILTIN_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])


@dataclass(frozen=True)
class WorkbookSheet:
    """A worksheet; ``part`` is the index of its XML in the package."""

    name: str
    part: int
    is_hidden: bool = False


@dataclass(frozen=True, eq=False)
class Workbook:
    """A workbook's worksheets and what their cells refer to; equal to itself alone."""

    package: Package
    sheets: tuple[WorkbookSheet, ...]
    #: names of sheets that lead to nothing in the package, such as modules of old macros
    without_part: tuple[str, ...]
    date_1904: bool
    #: by style index: whether a number in that style is shown as a date
    date_styles: tuple[bool, ...]
    #: by style index: digits that a format of zeros alone (``000``) shows at least; 0 for any other format
    zero_styles: tuple[int, ...]
    #: it says itself that its formulas were never calculated
    is_uncalculated: bool
    _strings_part: str | None

    @property
    def strings_xml(self) -> bytes | None:
        """The part with the shared strings. Raises NotReadable where it is named and not there."""
        return None if self._strings_part is None else self.package.read_named(self._strings_part)


def open_workbook(package: Package) -> Workbook:
    """The workbook in a package. Raises NotReadable where it is no spreadsheet or names parts that are not there."""
    main = next(
        (target for kind, _, target in _relationships(package, "") if kind == "officeDocument"),
        None,
    )
    if main is None:
        raise NotReadable("no main part", "other_type")
    found = elements(package.read_named(main))
    if not found or found[0].name != "workbook":
        raise NotReadable("the main part is not a workbook", "other_type")
    relationships = list(_relationships(package, main))
    worksheets = {identifier: target for kind, identifier, target in relationships if kind == "worksheet"}
    known = {identifier for _, identifier, _ in relationships}
    sheets, without_part = [], []
    for element in found:
        if (element.parent, element.name) != ("sheets", "sheet"):
            continue
        name, identifier = (element.attributes.get(key, "") for key in ("name", "id"))
        if identifier in worksheets:  # chart and dialogue sheets have no cells
            is_hidden = element.attributes.get("state", "visible") != "visible"
            sheets.append(WorkbookSheet(name, _find(package, worksheets[identifier], name), is_hidden))
        elif identifier not in known:
            without_part.append(name)
    properties = next((element.attributes for element in found if element.name == "workbookPr"), {})
    calculation = next((element.attributes for element in found if element.name == "calcPr"), {})
    by_kind = {kind: target for kind, _, target in relationships}
    formats = _style_formats(package, by_kind.get("styles"))
    return Workbook(
        package=package,
        sheets=tuple(sheets),
        without_part=tuple(without_part),
        date_1904=properties.get("date1904", "0").casefold() in ("1", "true"),
        date_styles=tuple(_is_date(*one) for one in formats),
        zero_styles=tuple(_zeros(code) for _, code in formats),
        is_uncalculated=calculation.get("fullCalcOnLoad", "0").casefold() in ("1", "true"),
        _strings_part=by_kind.get("sharedStrings"),
    )


def _find(package: Package, part: str, sheet: str) -> int:
    index = package.find(part)
    if index is None:
        raise NotReadable("a part is missing", "missing_part", sheet=sheet)
    return index


def _relationships(package: Package, part: str) -> Iterator[tuple[str, str, str]]:
    """(kind, id, target part) of the internal relationships of a part; of the package for an empty name."""
    folder, _, base = part.rpartition("/")
    index = package.find(f"{folder}/_rels/{base}.rels".lstrip("/"))
    if index is None:
        return
    for element in elements(package.read(index)):
        attributes = element.attributes
        if element.name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            yield kind, attributes.get("Id", ""), resolve(part, attributes.get("Target", ""))


# --- styles -------------------------------------------------------------------------------------------------


def _style_formats(package: Package, part: str | None) -> list[tuple[str, str | None]]:
    """By style index: number of its number format, and the format's code where the workbook gives one.

    Empty where the workbook has no styles, or names a part that is not there.
    """
    index = package.find(part) if part else None
    if index is None:
        return []
    codes: dict[str, str] = {}
    styles: list[str] = []
    for element in elements(package.read(index)):
        if (element.parent, element.name) == ("numFmts", "numFmt"):
            codes[element.attributes.get("numFmtId", "")] = element.attributes.get("formatCode", "")
        elif (element.parent, element.name) == ("cellXfs", "xf"):
            styles.append(element.attributes.get("numFmtId", "0"))
    return [(number, codes.get(number)) for number in styles]


def _is_date(number: str, code: str | None) -> bool:
    return shows_date(code) if code is not None else number.isdecimal() and int(number) in BUILTIN_DATE_FORMATS


def _zeros(code: str | None) -> int:
    return min(len(code), 255) if code and not code.strip("0") else 0


def shows_date(code: str) -> bool:
    """Whether a number format shows a date or a time of day: an unquoted d, m, y, h or s in its first section."""
    section = re.sub(r'"[^"]*"?|\\.|_.|\*.', "", code).partition(";")[0]
    section = re.sub(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]", "", section, flags=re.IGNORECASE)
    section = re.sub(r"general", "", section, flags=re.IGNORECASE)
    return re.search(r"[dmyhs]", section, re.IGNORECASE) is not None
