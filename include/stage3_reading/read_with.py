"""What a reading follows from beside the file: code lists, the columns of the contract, the reader itself.

A submission that was read with others is read again by the next night, so that a code, a spelling or a territory that
came, or went, later reaches what was delivered before, and the warehouse is what a rebuild would make of it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from include import formats
from include.contract.model import DATA, SEEDS

#: Data that no cell is read by: words and lives of rules, what is printed on templates and answers, figures of the
#: marts.
_NOT_READ_BY = frozenset(
    ["rules", "examples", "messages", "notes", "kpis", "codes", "labels", "fx_monthly", "cpi_annual", "resource_units"]
)
#: Where files, sheets and cells are read: this stage, and how people write values.
_READERS = (Path(__file__).parent, Path(formats.__file__).parent)
#: Modules of the stage that carry and keep what others have read.
_CARRIERS = frozenset(
    f"{module}.py"
    for module in ("batches", "load", "read_with", "confined/reader", "confined/redaction", "confined/rewriting")
)


@lru_cache(maxsize=1)
def reading_fingerprint() -> str:
    """Changes whenever a file may be read otherwise than before: with another list, column, reader or tax id check."""
    return fingerprint_of(DATA, SEEDS, *_READERS)


def fingerprint_of(data: Path, seeds: Path, *readers: Path) -> str:
    """The fingerprint of the contract's ``data``, the code lists in ``seeds`` and the modules below ``readers``."""
    files = [
        *((one.name, one) for folder in (data, seeds) for one in folder.glob("*.csv") if one.stem not in _NOT_READ_BY),
        *((one.relative_to(folder).as_posix(), one) for folder in readers for one in folder.rglob("*.py")),
    ]
    digest = hashlib.sha256(version("python-stdnum").encode())  # it says which tax ids are valid
    for name, file in sorted(files):
        if name not in _CARRIERS:
            content = file.read_bytes()
            digest.update(f"{name} {len(content)} ".encode())
            digest.update(content)
    return digest.hexdigest()[:16]
