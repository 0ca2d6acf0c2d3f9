"""What a file is that is not what its name promises: for the partner to know what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

#: Content type of the main part of a binary workbook (.xlsb).
BINARY_WORKBOOK = "sheet.binary.macroenabled"

#: Old Office files and encrypted new ones share this container, whose folder names are in UTF-16.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD_WORKBOOK = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_LOOKED_AT_BYTES = 4 * 1024**2
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"

#: By the extension alone, where the content tells nothing better.
_BY_SUFFIX = {
    ".xls": "old_xls",
    ".ods": "ods",
    ".xlsb": "xlsb",
    ".xlsm": "macro_file",
    ".csv": "loose_csv",
    ".xltx": "template_file",
}
_WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def type_by_name(suffix: str) -> str:
    """Cause why a file of that extension, folded, is no delivery, where nothing is known of its content."""
    return _BY_SUFFIX.get(suffix, "other_type")


def type_under_that_name(path: Path, suffix: str, parts: Sequence[str] = ()) -> str:
    """Cause why a file is neither the workbook nor the archive its name promises: what ``Refused`` says of causes.

    ``suffix`` is that of the partner's name, folded; ``parts`` are the names in the archive, where it is one.
    """
    with path.open("rb") as file:
        content = file.read(_LOOKED_AT_BYTES)
    if not content.strip(b"\0"):
        return "empty"
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            return "password"
        return "old_xls" if any(name in content for name in _OLD_WORKBOOK) else "other_type"
    names = [name.casefold() for name in parts]
    if _OPEN_DOCUMENT in content[:200]:
        return "ods"
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if "[content_types].xml" in names:
        return "workbook_named_zip" if suffix == ".zip" else "other_type"
    if any(name.endswith(_WORKBOOK_SUFFIXES) for name in names):
        return "workbook_in_zip"
    if suffix == ".xlsx" and any(name.endswith(".csv") for name in names):
        return "csv_named_xlsx"
    if names:
        return "no_csv"
    return type_by_name(suffix)
