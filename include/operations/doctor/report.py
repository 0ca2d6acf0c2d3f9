"""What the doctor found, in lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from include.operations.doctor.check import Check

_COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}


def show(checks: Sequence[Check], console: Console) -> int:
    """Print a line for each check, its next step below where there is one; the exit status: 1 where one is a fault."""
    width = max(len(check.name) for check in checks)
    for check in checks:
        line = Text.assemble(f"{check.name:{width}}  ", (f"{check.level:7}", _COLOURS[check.level]), f"  {check.said}")
        console.print(line, soft_wrap=True)
        if check.next_step:
            console.print(Text(f"{'':{width + 9}}  → {check.next_step}", "dim"), soft_wrap=True)
    faults = sum(check.level == "fault" for check in checks)
    warnings = sum(check.level == "warning" for check in checks)
    console.print(f"{faults} faults, {warnings} warnings." if faults or warnings else "Everything is well.")
    return 1 if faults else 0
