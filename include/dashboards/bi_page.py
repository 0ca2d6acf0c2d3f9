"""The chapter of measures in ``docs/bi.md``, written from the one definition.

``python -m include.dashboards.bi_page`` writes it between its marks; a test holds it fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby

from include.dashboards.definition import Measure, load_definition
from include.platform.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "bi.md"
_BEGIN, _END = "<!-- measures -->\n", "<!-- end of measures -->\n"


def render(page: str) -> str:
    """The page with the chapter as it has to be. Raises ValueError where its marks are missing."""
    before, _, rest = page.partition(_BEGIN)
    _, found, after = rest.partition(_END)
    if not found:
        raise ValueError(f"{PAGE.name} has no place for the measures: {_BEGIN.strip()} … {_END.strip()}")
    measures = load_definition().measures.values()
    chapter = "\n".join(line for _, of in groupby(measures, key=_place) for line in _family(list(of)))
    return f"{before}{_BEGIN}{chapter}\n{_END}{after}"


def _place(measure: Measure) -> tuple[object, ...]:
    """What measures have in common that stand below one heading."""
    of = measure.family if measure.kpi else measure.table
    return of, measure.needs, measure.dimensions, measure.adds_up


def _family(measures: list[Measure]) -> Iterable[str]:
    first = measures[0]
    yield f"### On `{first.table}`"
    yield ""
    yield f"- Needs one value of: {_names(first.needs) or 'nothing'}"
    yield f"- May besides be filtered and grouped by: {_names(first.dimensions[len(first.needs) :]) or 'nothing'}"
    yield f"- Adds up over: {_names(first.adds_up) or 'nothing'}"
    yield ""
    yield "| measure | what it is | unit |"
    yield "|---|---|---|"
    for measure in measures:
        yield f"| `{measure.name}` | {measure.labels['en']} | {measure.unit} |"
    yield ""
    yield f"`{first.name}` in SQL:"
    yield ""
    yield "```text"
    yield first.sql
    yield "```"
    yield ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main() -> None:
    """Write the chapter."""
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
