"""What a reading follows from beside the file: code lists, the columns of the contract, the reader itself.

A submission that was read with others is read again by the next night, so that a code, a spelling or a territory that
came, or went, later reaches what was delivered before, and the warehouse is what a rebuild would make of it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from include.contract.model import DATA, SEEDS

#: Data that no cell is read by: words and lives of rules, what is printed on templates and answers, figures of the
#: marts.
_NOT_READ_BY = frozenset(["rules", "examples", "messages", "notes", "kpis", "fx_monthly", "cpi_annual"])
#: Modules of the reader that carry and keep what others have read.
_CARRIERS = frozenset(["batches", "load", "confined", "redaction", "rewriting", "read_with"])


@lru_cache(maxsize=1)
def reading_fingerprint() -> str:
    """Changes whenever a file may be read otherwise than before: with another list, column, reader or tax id check."""
    return fingerprint_of(DATA, SEEDS, Path(__file__).parent)


def fingerprint_of(data: Path, seeds: Path, reader: Path) -> str:
    """The fingerprint of the contract's ``data``, the code lists in ``seeds`` and the modules of ``reader``."""
    files = [
        *(file for folder in (data, seeds) for file in sorted(folder.glob("*.csv")) if file.stem not in _NOT_READ_BY),
        *(file for file in sorted(reader.glob("*.py")) if file.stem not in _CARRIERS),
    ]
    digest = hashlib.sha256(version("python-stdnum").encode())  # it says which tax ids are valid
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
