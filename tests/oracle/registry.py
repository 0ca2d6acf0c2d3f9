"""The programme office's registry and the waivers in it (``submission.md``: The programme office's registry)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tests.oracle.contract import read_csv
from tests.oracle.model import Finding
from tests.oracle.text import fold


@dataclass(frozen=True)
class Project:
    """A line of ``projects.csv``."""

    code: str
    country: str
    pillar: str
    start_date: dt.date


@dataclass(frozen=True)
class Waiver:
    """A line of ``waivers.csv``; an empty part means all."""

    rule: str
    project: str
    period: str
    enterprise: str
    expires_on: dt.date


@dataclass
class Registry:
    """Projects by folded code, the calendar and the waivers."""

    projects: dict[str, Project]
    calendar: dict[str, dt.date]
    waivers: list[Waiver]

    def project(self, code: str) -> Project | None:
        """The project of a drop folder or cover."""
        return self.projects.get(fold(code))

    def waives(self, finding: Finding, project: str, period: str | None, received: dt.date) -> bool:
        """Whether a waiver that was in force when the version was received covers the finding."""
        return any(
            w.rule == finding.rule
            and (not w.project or fold(w.project) == fold(project))
            and (not w.period or w.period == period)
            and (not w.enterprise or fold(w.enterprise) == fold(finding.enterprise))
            and received <= w.expires_on
            for w in self.waivers
        )


def load_registry(folder: Path) -> Registry:
    """Read the files the figures depend on."""
    day = dt.date.fromisoformat
    return Registry(
        projects={
            fold(r["project_code"]): Project(r["project_code"], r["country"], r["pillar"], day(r["start_date"]))
            for r in read_csv(folder / "projects.csv")
        },
        calendar={r["period"]: day(r["ends_on"]) for r in read_csv(folder / "reporting_calendar.csv")},
        waivers=[
            Waiver(r["rule"], r["project_code"], r["period"], r["enterprise_ref"], day(r["expires_on"]))
            for r in read_csv(folder / "waivers.csv")
        ],
    )
