"""Names that others gave, as text that may be stored and shown, and as parts of paths of our own."""

from __future__ import annotations

import hashlib
import re
import unicodedata

#: What is used as it stands; "-" is part of a project's code.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_READABLE_PART = 40
_LINE_PART = 200
_NOT_OF_A_LINE = ("Cc", "Cf", "Cs", "Zl", "Zp")


def readable(name: str) -> str:
    r"""A file system's name as text: a byte that is no UTF-8 (which Python holds as a lone surrogate) as ``\xNN``.

    What neither a database nor a message can hold is written out as well; a name that is text stays as it is.
    """
    return "".join(_written_out(character) for character in name)


def is_text(name: str) -> bool:
    """Whether ``readable`` leaves the name as it is."""
    return readable(name) == name


def _written_out(character: str) -> str:
    number = ord(character)
    if number == 0 or 0xDC80 <= number <= 0xDCFF:
        return rf"\x{number & 0xFF:02x}"
    return rf"\u{number:04x}" if 0xD800 <= number <= 0xDFFF else character


def one_line(name: str) -> str:
    """A readable name as part of a line for the operator: nothing in it begins another line or turns its direction."""
    shown = "".join(
        rf"\u{ord(character):04x}" if unicodedata.category(character) in _NOT_OF_A_LINE else character
        for character in name
    )
    return shown if len(shown) <= _LINE_PART else f"{shown[:_LINE_PART]}…"


def path_part(text: str) -> str:
    """A name for a file or folder of ours that stands for ``text``: short, plain, another one for every text.

    What is plain already stays. Everything else keeps what is plain of its beginning, and a hash after a dot, which
    no plain text has.
    """
    if _PLAIN.fullmatch(text):
        return text
    beginning = re.sub(r"[^A-Za-z0-9_-]+", "_", text)[:_READABLE_PART].lstrip("_-")
    return f"{beginning}.{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}".lstrip(".")
