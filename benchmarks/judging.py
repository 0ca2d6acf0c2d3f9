"""The workload's submissions not judged yet, or all judged: what measured parts begin from."""

from __future__ import annotations

from benchmarks import reading
from benchmarks.workload import Workload
from include.contract import load_contract
from include.nightly import validate


def unjudge(workload: Workload) -> None:
    """Make the ledger as if all had been read and nothing judged."""
    workload.execute(
        "truncate ops.finding, ops.shadow_finding",
        "update ops.submission set status = 'read', version = null, duplicate_of = null, is_current = false, "
        "judged_with = null where status <> 'landed'",
        "vacuum analyze ops.submission",
        "analyze " + ", ".join(f"raw.{sheet.key}" for sheet in load_contract().row_sheets),
    )
    reading.settle_disk(workload)


def validate_all(workload: Workload) -> None:
    """Judge and settle, as the DAG ``validate`` does."""
    workload.run(*validate.STEPS)
