"""A rule and the condition under which rows break it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of ``work.<table>`` break."""

    table: str
    rule: str
    column: str | None
    violated_when: str
    failing_rows: int
