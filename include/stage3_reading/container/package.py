"""The container of a delivery: a ZIP archive, opened and inflated within the safety limits.

Every part is inflated once here, counted as it comes, before anything of it is interpreted.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote

from include.contract.model import DELIVERED_SUFFIXES
from include.stage3_reading.container.entry_names import entry_names
from include.stage3_reading.container.file_types import BINARY_WORKBOOK, type_under_that_name
from include.stage3_reading.container.limits import MEGABYTE, Limits
from include.stage3_reading.container.refusal import NotReadable, Unsafe
from include.stage3_reading.container.xml_parts import elements

Kind = Literal["workbook", "csv"]

ZIP_MAGIC = b"PK\x03\x04"
_DIRECTORY_ENTRY = b"PK\x01\x02"
#: An archive may contain archives, whose entries are not its own; one with more is not worth opening to count them.
_DIRECTORY_SLACK = 10
CONTENT_TYPES = "[content_types].xml"

#: What the standard library raises on archives that are not what they claim to be.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
)

_PIECE = MEGABYTE
#: Inflated parts are kept up to this much; beyond it a part is inflated again when it is needed.
_KEEP_BYTES = 256 * MEGABYTE
_MACRO_PARTS = re.compile(r"(^|/)(vbaproject[^/]*\.bin|macrosheets/|intlmacrosheets/)", re.IGNORECASE)


@dataclass
class Package:
    """A container that passed the scan; ``names`` are those of its parts, in the archive's order."""

    kind: Kind
    archive: zipfile.ZipFile
    infos: list[zipfile.ZipInfo]
    _kept: dict[int, bytes] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        """Names of the parts; some writers separate folders as Windows does."""
        return [info.filename.replace("\\", "/") for info in self.infos]

    @property
    def inflated_bytes(self) -> int:
        """Bytes of the parts together; an archive gives no more of a part than it declares."""
        return sum(info.file_size for info in self.infos)

    def read(self, index: int) -> bytes:
        """Bytes of the part at ``index`` of ``names``."""
        if index in self._kept:
            return self._kept[index]
        try:
            return self.archive.read(self.infos[index])
        except BROKEN_ARCHIVE as error:
            raise NotReadable(f"a part cannot be inflated: {type(error).__name__}") from None

    def read_named(self, name: str) -> bytes:
        """Bytes of the part of that name. Raises NotReadable where there is none."""
        index = self.find(name)
        if index is None:
            raise NotReadable("a part is missing")
        return self.read(index)

    def csv_entries(self) -> list[tuple[int, list[str]]]:
        """(index, possible names) of the entries that are sheets: ``.csv``, not hidden, no resource forks of a Mac."""
        entries = []
        for index, info in enumerate(self.infos):
            names = entry_names(info)
            folders = names[0].split("/")
            hidden = folders[-1].startswith(".") or "__MACOSX" in folders
            if names[0].casefold().endswith(".csv") and not hidden:
                entries.append((index, names))
        return entries

    def find(self, name: str) -> int | None:
        """Index of the part of that name.

        Names are compared without case, as the format prescribes, and where that finds none without the escapes that a
        reference may have and a name should not (``hoja%202.xml``).
        """
        for form in (str.casefold, _unescaped):
            wanted = form(name)
            for index, own in enumerate(self.names):
                if form(own) == wanted:
                    return index
        return None


def _unescaped(name: str) -> str:
    return unquote(name).casefold()


def open_package(path: Path, file_name: str, limits: Limits) -> Package:
    """Opens and scans a delivery.

    ``file_name`` is the partner's; its extension and the content have to agree. Raises NotReadable or Unsafe.
    """
    suffix = PurePosixPath(file_name).suffix.casefold()
    if suffix not in DELIVERED_SUFFIXES:
        raise NotReadable("neither .xlsx nor .zip", type_under_that_name(path, suffix))
    if path.stat().st_size > limits.max_file_bytes:
        raise Unsafe(f"larger than {limits.max_file_bytes} bytes", "large_file")
    content = path.read_bytes()
    if content[:4] != ZIP_MAGIC:
        raise NotReadable("the content is not a ZIP archive", type_under_that_name(path, suffix))
    if content.count(_DIRECTORY_ENTRY) > _DIRECTORY_SLACK * limits.max_parts:
        raise Unsafe(f"more than {limits.max_parts} parts")
    del content
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN_ARCHIVE as error:
        raise NotReadable(f"broken archive: {type(error).__name__}") from None
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]  # a name may be empty
    try:
        _check_directory(archive.infolist(), limits)
        is_workbook = any(info.filename.casefold() == CONTENT_TYPES for info in infos)
        package = Package("workbook" if is_workbook else "csv", archive, infos)
        if is_workbook:
            _check_workbook_directory(package)
        _inflate(package, limits)
        if is_workbook:
            _check_content_types(package)
        if is_workbook != (suffix == ".xlsx") or not (is_workbook or package.csv_entries()):
            raise NotReadable("another type under that name", type_under_that_name(path, suffix, package.names))
    except BaseException:
        archive.close()
        raise
    if len(package._kept) == len(infos):  # nothing is to come from the file any more
        archive.close()
    return package


def _check_directory(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """What the archive's directory alone gives away."""
    if len(infos) > limits.max_parts:
        raise Unsafe(f"more than {limits.max_parts} parts")
    for info in infos:
        if _escapes(info.orig_filename):
            raise Unsafe("a part's name is absolute or climbs out of the archive", "escaping_name")
    if sum(info.file_size for info in infos) > limits.max_inflated_bytes:
        raise Unsafe("declares more inflated bytes than allowed")
    for info in infos:
        if info.flag_bits & 0x1:
            raise NotReadable("encrypted", "password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotReadable("packed by a method other than stored or deflated")


def _escapes(name: str) -> bool:
    return name.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:", name)) or ".." in re.split(r"[\\/]", name)


def _check_workbook_directory(package: Package) -> None:
    names = [name.casefold() for name in package.names]
    if any(_MACRO_PARTS.search(name) for name in names):
        raise Unsafe("carries macros", "macros")
    if len(set(names)) != len(names):
        raise NotReadable("two parts of one name")


def _inflate(package: Package, limits: Limits) -> None:
    """Inflates every part, counting, and keeps what fits. Raises Unsafe at a limit."""
    total = 0
    for index, info in enumerate(package.infos):
        pieces: list[bytes] | None = []
        size = 0
        try:
            with package.archive.open(info) as part:
                while piece := part.read(_PIECE):
                    size += len(piece)
                    if total + size > limits.max_inflated_bytes:
                        raise Unsafe("more inflated bytes than allowed")
                    if size > limits.ratio_from_bytes and size > limits.max_ratio * info.compress_size:
                        raise Unsafe(f"a part inflates to more than {limits.max_ratio} times its packed size")
                    if pieces is not None:
                        pieces.append(piece)
                        if total + size > _KEEP_BYTES:
                            pieces = None
        except BROKEN_ARCHIVE as error:
            raise NotReadable(f"a part cannot be inflated: {type(error).__name__}") from None
        if pieces is not None:
            package._kept[index] = b"".join(pieces)
        total += size


def _check_content_types(package: Package) -> None:
    suffixes = {PurePosixPath(name).suffix.lstrip(".").casefold() for name in package.names}
    for element in elements(package.read_named(CONTENT_TYPES)):
        attributes = element.attributes
        if element.name == "Default" and attributes.get("Extension", "").casefold() not in suffixes:
            continue  # the type of parts that are not there; SheetJS names that of binary workbooks in every file
        content_type = attributes.get("ContentType", "").casefold()
        if BINARY_WORKBOOK in content_type:  # of all ".bin" parts, printers' settings too, unless one is the workbook
            if element.name == "Override" or package.find("xl/workbook.bin") is not None:
                raise NotReadable("a binary workbook", "xlsb")
        elif "macroenabled" in content_type or "vbaproject" in content_type or "macrosheet" in content_type:
            raise Unsafe("carries macros", "macros")
