"""XML parts of a workbook, by way of expat, which resolves nothing from outside.

A document type is refused at its first character, before any entity it might define; in a part that nobody reads it is
no danger, and nobody looks for it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from include.stage3_reading.container.refusal import NotReadable, Unsafe

#: Separates namespace and local name; no name can contain it.
SEPARATOR = "}"


class _LocalNames(dict[str, str]):
    """Local parts of expanded names."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(SEPARATOR)[2]
        return local


def _parser() -> expat.XMLParserType:
    """An expat parser, with expanded names, that raises Unsafe at a document type."""
    made = expat.ParserCreate(namespace_separator=SEPARATOR)
    made.StartDoctypeDeclHandler = _refuse_document_type
    return made


def _refuse_document_type(*_: object) -> None:
    raise Unsafe("an XML part declares a document type", "document_type")


#: Elements inside one another; the format has a dozen, and each costs memory until it ends.
_DEEPEST = 256
#: A part of so many elements is no description of styles, sheets or merged ranges.
_MOST_ELEMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag: local names of its parent, itself and its attributes."""

    parent: str
    name: str
    attributes: dict[str, str]


def elements(data: bytes) -> list[Element]:
    """Start tags of a small part in document order.

    Raises NotReadable where it is not well-formed and Unsafe where it is not small.
    """
    found: list[Element] = []
    path = [""]
    names = _LocalNames()

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(found) == _MOST_ELEMENTS:
            raise Unsafe(f"an XML part of more than {_MOST_ELEMENTS} elements")
        found.append(Element(path[-1], name, {names[key]: value for key, value in attributes.items()}))
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
    """Runs the handlers over ``data`` with local names of elements.

    Raises NotReadable where it is not well-formed and Unsafe where it is too deep.
    """
    made = _parser()
    made.buffer_text = True
    names = _LocalNames()
    depth = 0

    def start_within(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Unsafe(f"elements inside one another, more than {_DEEPEST} of them")
        start(names[name], attributes)

    def end_within(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(names[name])

    made.StartElementHandler = start_within
    made.EndElementHandler = end_within
    if text:
        made.CharacterDataHandler = text
    try:
        made.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotReadable(f"an XML part is not well-formed: {error}") from None


def resolve(base: str, target: str) -> str:
    """Name of the part that ``target`` in a relationship of part ``base`` points to."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target)).lstrip("/")
