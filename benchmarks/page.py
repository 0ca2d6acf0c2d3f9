"""The page ``docs/benchmarks.md``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.results import Figure, Section

_HEAD = """# Benchmarks

Written by `make bench`. Seconds are medians of runs by turns, on the same data in the same warehouse; ratios are ratios
of these medians. At small scales what every run costs whatever its size (starts of processes, dbt's parsing, Great
Expectations) weighs more than at scale 1, and hides what grows with the data. What a part is compared with stands
below its table, and as code in `benchmarks/`. [speed.md](speed.md) says where the time goes.
"""


def keep(folder: Path, section: Section) -> None:
    """Keep a part's figures until the next run of the part, so that parts can be measured one by one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{section.title}.json").write_text(json.dumps(asdict(section), indent=1), encoding="utf-8")


def kept(folder: Path) -> list[Section]:
    """The parts measured last."""
    found = []
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime):
        text = json.loads(path.read_text(encoding="utf-8"))
        found.append(
            Section(
                text["title"], [Figure(**figure) for figure in text["figures"]], text["notes"], text.get("scale", "")
            )
        )
    return found


def render(sections: list[Section], facts: list[str]) -> str:
    """Text of the page."""
    parts = [_HEAD, "\n", *(f"- {fact}\n" for fact in facts)]
    for section in sections:
        ratio = f"ratio at `SCALE={section.scale}`" if section.scale else "ratio"
        parts.append(f"\n## {section.title}\n\n| what | pipeline | beside | {ratio} | target | verdict |\n")
        parts.append("|---|---:|---:|---:|---|---|\n")
        for f in section.figures:
            cells = (f.what, f.pipeline, f.other, f.reads, f.target, f.verdict)
            parts.append(f"| {' | '.join(cells)} |\n")
        parts += [f"\n{note}\n" for note in section.notes]
    return "".join(parts)
