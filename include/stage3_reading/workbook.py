"""Structure of a workbook: its sheets in order, shared strings, and which cell styles show dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from include.stage3_reading.package import Package
from include.stage3_reading.refusal import NotReadable, Unsafe
from include.stage3_reading.xml_parts import elements, local, parse, resolve
from include.stage3_reading.xml_text import one_line_end, resolved, split_utf8, unescaped

#: Number formats that every workbook has and that show dates or times (ECMA-376 part 1, 18.8.30; 27-36 and 50-58
#: are dates in East Asian locales and unused elsewhere).
BUILTIN_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])

#: Texts of a workbook, 200,000 rows of ten texts each twice over; more of them would cost a gigabyte.
_MOST_STRINGS = 4_000_000

#: Shared strings of up to so many bytes are split together with those of other workbooks.
_SMALL_PART = 1024**2

_FAST_STRING = r"^<t(?: xml:space=\"[a-z]*\")?>([^<]*)</t></si>\s*$"


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


# --- styles ----------------------------------------------------------------------------------------


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


# --- shared strings --------------------------------------------------------------------------------


def shared_strings(workbooks: Sequence[Workbook]) -> list[pl.Series]:
    """The shared strings of each workbook in order. Raises NotReadable where their part is broken."""
    parts = [workbook.strings_xml for workbook in workbooks]
    bodies = [None if data is None or len(data) > _SMALL_PART else _plain_body(data) for data in parts]
    together = _split_strings(b"<si>".join(body for body in bodies if body is not None))
    strings, start = [], 0
    for data, body in zip(parts, bodies, strict=True):
        if data is None:
            strings.append(pl.Series([], dtype=pl.String))
        elif body is None or together is None:
            strings.append(_shared_strings(data))
        else:
            count = body.count(b"<si>") + 1
            strings.append(together.slice(start, count))
            start += count
    return strings


def _shared_strings(data: bytes) -> pl.Series:
    """Strings of ``xl/sharedStrings.xml``; phonetic readings left out, runs of rich text joined."""
    if data.count(b"<si>") > _MOST_STRINGS:
        raise Unsafe(f"more than {_MOST_STRINGS} shared texts")
    fast = _plain_strings(data)
    return _any_strings(data) if fast is None else fast


def _plain_strings(data: bytes) -> pl.Series | None:
    """The strings if every one is a single run in the usual writing, else None."""
    body = _plain_body(data)
    return None if body is None else _split_strings(body)


def _plain_body(data: bytes) -> bytes | None:
    """What is between the first start and the last end of a string, if what is around it is in the usual writing."""
    start, end = data.find(b"<si>"), data.rfind(b"</si>")
    if start < 0 or end < start or b"<!" in data or not is_utf8(data):
        return None
    elements(data[:start] + data[end + 5 :])  # what is around the strings is well-formed, too
    return data[start + 4 : end + 5]


def _split_strings(body: bytes) -> pl.Series | None:
    pieces = split_utf8(one_line_end(body), "<si>")
    if pieces is None:
        return None
    strings = pieces.str.extract(_FAST_STRING)
    return None if strings.null_count() else unescaped(resolved(strings))


def _any_strings(data: bytes) -> pl.Series:
    strings: list[str] = []
    text: list[str] = []
    phonetic = 0
    in_text = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal phonetic, in_text
        name = local(name)
        if in_text:
            raise NotReadable("an element inside a text")
        if name == "si":
            text.clear()
        elif name == "rPh":
            phonetic += 1
        in_text = name == "t" and not phonetic

    def end(name: str) -> None:
        nonlocal phonetic, in_text
        name = local(name)
        if name == "si":
            if len(strings) == _MOST_STRINGS:
                raise Unsafe(f"more than {_MOST_STRINGS} shared texts")
            strings.append("".join(text))
        elif name == "rPh":
            phonetic -= 1
        in_text = False

    def characters(piece: str) -> None:
        if in_text:
            text.append(piece)

    parse(data, start, end, characters)
    return unescaped(pl.Series(strings, dtype=pl.String))


def is_utf8(data: bytes) -> bool:
    """Whether an XML part is in UTF-8 as far as its first bytes and its declaration say."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        return False
    declaration = re.match(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", data[:300])
    return declaration is None or declaration[1].lower() == b"utf-8"
