"""The outcome as the files of the samples (``expected/*.csv``)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from tests.oracle.model import Outcome


def write_expected(outcome: Outcome, folder: Path) -> None:
    """Write ``submission.csv``, ``finding.csv`` and ``kpi_headline.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "submission.csv", ["project_code", "file_name", "status", "rule", "is_current"], outcome.submissions
    )
    _write(
        folder / "finding.csv",
        ["project_code", "file_name", "rule", "severity", "sheet", "row_number", "column_name"],
        outcome.findings,
    )
    _write(
        folder / "kpi_headline.csv",
        ["period", "scope_type", "scope_code", "kpi", "claimed", "valid", "unique_value", "evidenced"],
        (
            (
                h.period,
                h.scope_type,
                h.scope_code,
                h.kpi,
                *tuple(_text(v) for v in (h.claimed, h.valid, h.unique_value, h.evidenced)),
            )
            for h in outcome.headline
        ),
    )


def _text(value: Decimal | None) -> str:
    if value is None:
        return ""
    rounded = round(value, 6)
    return f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"


def _write(path: Path, header: list[str], rows: Iterable[tuple]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows(rows)
