"""Names of an archive's entries as whoever packed them may have seen them."""

from __future__ import annotations

import zipfile
from contextlib import suppress

_UTF8_FLAG = 0x800
#: What names without the flag may be written in: Explorer takes the code page of the system, a Mac UTF-8.
_ENCODINGS = ("utf-8", "cp437", "cp850", "cp1252")


def entry_names(info: zipfile.ZipInfo) -> list[str]:
    """What the name of an entry may be, the likeliest first; one where the archive says how it is written."""
    name = info.filename.replace("\\", "/")
    if info.flag_bits & _UTF8_FLAG or name.isascii():
        return [name]
    names = []
    with suppress(UnicodeError):  # the library has read it as code page 437, or taken it from elsewhere
        content = name.encode("cp437")
        for encoding in _ENCODINGS:
            with suppress(UnicodeError):
                names.append(content.decode(encoding))
    return names or [name]
