"""XML parts of a workbook, by way of expat, which resolves nothing from outside.

A document type is refused at its first character, before any entity it might define.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from include.stage3_reading.refusal import NotReadable, Unsafe

#: Separates namespace and local name; no name can contain it.
SEPARATOR = "}"


def local(name: str) -> str:
    """Local part of an expanded name."""
    return name.rpartition(SEPARATOR)[2]


def parser(*, namespaces: bool = False) -> expat.XMLParserType:
    """An expat parser that raises Unsafe at a document type."""
    made = expat.ParserCreate(namespace_separator=SEPARATOR if namespaces else None)
    made.StartDoctypeDeclHandler = _refuse_document_type
    return made


def _refuse_document_type(*_: object) -> None:
    raise Unsafe("an XML part declares a document type")


class Check:
    """Well-formedness of a part that comes in pieces; ``fault`` is expat's word for what is wrong with it."""

    def __init__(self) -> None:
        self._parser = parser()
        self._tail = b""
        self.fault: str | None = None

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Takes the next piece. Raises Unsafe at a document type, in what expat cannot parse as well."""
        if self.fault is None:
            try:
                self._parser.Parse(piece, last)
            except (expat.ExpatError, ValueError, LookupError) as error:  # the latter two: an unknown encoding
                self.fault = str(error)
        if self.fault is not None:
            # Some writers' drawings are not well-formed; a document type is refused in them all the same.
            text = (self._tail + piece).replace(b"\0", b"")
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise Unsafe("an XML part declares a document type")
        self._tail = piece[-32:]


@dataclass(frozen=True)
class Element:
    """A start tag: local names of its parent, itself and its attributes."""

    parent: str
    name: str
    attributes: dict[str, str]


def elements(data: bytes) -> list[Element]:
    """Start tags of a small part in document order. Raises NotReadable where it is not well-formed."""
    found: list[Element] = []
    path = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        found.append(Element(path[-1], name, {local(key): value for key, value in attributes.items()}))
        path.append(name)

    def end(_: str) -> None:
        path.pop()

    parse(data, start, end)
    return found


def parse(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Runs the handlers over ``data`` with expanded names. Raises NotReadable where it is not well-formed."""
    made = parser(namespaces=True)
    made.buffer_text = True
    made.StartElementHandler = start
    made.EndElementHandler = end
    if text:
        made.CharacterDataHandler = text
    try:
        made.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotReadable(f"an XML part is not well-formed: {error}") from None


def resolve(base: str, target: str) -> str:
    """Name of the part that ``target`` in a relationship of part ``base`` points to."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target)).lstrip("/")
