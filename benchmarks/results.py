"""What a comparison says, and whether the target is met."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One line of the table: the pipeline beside a floor, a peer or a limit. ``ratio`` is what the target is about."""

    what: str
    pipeline: str
    other: str
    ratio: float | None
    #: how the ratio reads, such as "1.7 × floor"
    reads: str
    target: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**not met**", None: ""}[self.is_met]


@dataclass
class Section:
    """A part of the page: its figures, and what a reader has to know of them."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: what its ratios hold at, such as 1 or 0.3
    scale: str = ""


def at_most(what: str, pipeline: float, name: str, other: float, limit: float | None) -> Figure:
    """The pipeline's seconds as a multiple of a floor's (``limit``: of how much at most)."""
    ratio = pipeline / other
    return Figure(
        what,
        f"{pipeline:.2f} s",
        f"{name}: {other:.2f} s",
        ratio,
        f"{ratio:.2f} × {name}",
        f"at most {limit:g} ×" if limit else "",
        ratio <= limit if limit else None,
    )


def faster(what: str, pipeline: float, name: str, other: float, limit: float | None) -> Figure:
    """How many times faster than a peer the pipeline is (``limit``: at least)."""
    ratio = other / pipeline
    return Figure(
        what,
        f"{pipeline:.2f} s",
        f"{name}: {other:.2f} s",
        ratio,
        f"{ratio:.1f} × faster",
        f"at least {limit:g} × faster" if limit else "",
        ratio >= limit if limit else None,
    )


def below(what: str, value: float, unit: str, limit: float | None) -> Figure:
    """A figure of the pipeline alone, with what it may be at most."""
    return Figure(
        what,
        f"{value:,.1f} {unit}",
        "",
        value,
        "",
        f"at most {limit:,g} {unit}" if limit else "",
        value <= limit if limit else None,
    )
