"""What is to be replaced in an archived file that is written anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Redaction:
    """What is to be replaced in one file."""

    #: sheet or entry of the file -> row, column letter and the text that comes there
    cells: Mapping[str, Sequence[tuple[int, str, str]]]
    #: entry of a zipped CSV -> its encoding and separator; empty for a workbook
    csv_forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: texts that go wherever they stand in sheets and entries that nobody reads
    texts: Sequence[str] = ()
    #: the sheets and entries that are read
    read: Sequence[str] = ()

    def as_message(self) -> dict[str, Any]:
        """As it goes to the process that decodes."""
        return asdict(self)
