"""A tax id that comes later: what was reported without one is another enterprise since."""

from __future__ import annotations

import datetime as dt
import os
import random
from dataclasses import dataclass, replace
from pathlib import Path

from tests.oracle.drawn_rows import Context
from tests.oracle.files import write_workbook
from tests.oracle.submissions import Shape, build, draw_tables
from tests.oracle.world import Enterprise, draw_enterprises

#: Enterprises that either project reports.
_EACH = 3
_ALWAYS, _NEVER = {"has_id_from": 0, "has_id_until": 99}, {"has_id_from": 0, "has_id_until": 0}


@dataclass(frozen=True)
class TaxIds:
    """Two projects report the same enterprises of two semesters: each knows the tax ids of a half of them at first."""

    items: list[Enterprise]
    projects: tuple[str, str]
    semesters: tuple[str, str]

    @classmethod
    def draw(cls, rng: random.Random, projects: tuple[str, str], semesters: tuple[str, str]) -> TaxIds:
        items = draw_enterprises(rng, 2 * _EACH, [projects[0][:2]])
        for number, item in enumerate(items):
            item.refs = dict.fromkeys(projects, f"ID{number:02}")
        return cls(items, projects, semesters)

    def report(self, rng: random.Random, inbox: Path, moment: float) -> str:
        """The later semester: each project has the ids of a half alone."""
        halves = self.items[:_EACH], self.items[_EACH:]
        for project, known in zip(self.projects, halves, strict=True):
            items = [replace(one, **(_ALWAYS if one in known else _NEVER)) for one in self.items]
            _write(rng, inbox, project, self.semesters[1], items, moment)
        return f"tax ids: half of them, by {' and '.join(self.projects)} of {self.semesters[1]}"

    def complete(self, rng: random.Random, inbox: Path, moment: float) -> str:
        """The semester before comes later, with all ids."""
        for project in self.projects:
            _write(rng, inbox, project, self.semesters[0], [replace(one, **_ALWAYS) for one in self.items], moment)
        return f"tax ids: all of them, by {' and '.join(self.projects)} of {self.semesters[0]}"


def _write(rng: random.Random, inbox: Path, project: str, period: str, items: list[Enterprise], moment: float) -> None:
    context = Context(rng, project, period, 0, dt.date(2021, 7, 1), 0.0)
    shape = Shape(csv=False, language=0, mark=None, spoil=0.0, rows=1.0)
    path = inbox / project / f"Identificaciones {period} {project} {moment:.0f}.xlsx"
    path.parent.mkdir(exist_ok=True)
    write_workbook(path, build(context, draw_tables(context, items), shape), rng)
    os.utime(path, (moment, moment))
