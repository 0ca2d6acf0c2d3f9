"""What became of the enterprises that joined in the same semester, counted from the rows.

An enterprise joined when the first of its valid rows says, under the identity that all periods together give it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.indicators import scopes
from tests.oracle.model import Outcome, Row, Version, period_index
from tests.oracle.reports import Identities, Identity, valid_enterprises
from tests.oracle.sheet_rules import reference

_REACHED = {
    "with_practice": "msmes_practices",
    "with_standard": "msmes_standards",
    "with_more_business": "msmes_volume_increased",
}
_Said = tuple[Version, Row]


@dataclass
class _Known:
    """The valid rows of every identity of today, and under which identities figures of earlier periods know them."""

    rows: dict[Identity, list[_Said]] = field(default_factory=dict)
    former: dict[Identity, list[tuple[_Said, Identity]]] = field(default_factory=dict)

    def today(self, identity: Identity) -> Identity:
        """The identity by which an earlier one is known, by the last word on it."""
        if identity in self.rows:
            return identity
        return min(self.former[identity], key=lambda one: _last_word(one[0]))[1]


def rows(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """A row a period, scope and cohort, with how many of its enterprises have come how far."""
    known = _known(outcome)
    joined = {identity: day for identity, said in known.rows.items() if (day := _first_day(said))}
    country = {identity: min(said, key=_last_word)[1].read("country") for identity, said in known.rows.items()}
    for period, pairs in outcome.reported.items():
        reached = {kpi: {known.today(r.identity) for r, values in pairs if kpi in values} for kpi in _REACHED.values()}
        for kind, code in scopes(pairs):
            if kind not in ("programme", "country"):
                continue
            cohorts: dict[str, list[Identity]] = {}
            for identity, day in joined.items():
                semester = f"{day.year:04}-S{1 if day.month <= 6 else 2}"
                if semester <= period and (kind == "programme" or country[identity] == code):
                    cohorts.setdefault(semester, []).append(identity)
            for semester, members in cohorts.items():
                yield {
                    "period": period,
                    "scope_key": f"{kind}:{code}",
                    "cohort": semester,
                    "enterprise_count": len(members),
                    **{name: len(reached[kpi] & set(members)) for name, kpi in _REACHED.items()},
                }


def _known(outcome: Outcome) -> _Known:
    known = _Known()
    by_project: dict[str, list[Version]] = {}
    for version in outcome.current:
        if version.period in outcome.reported:
            by_project.setdefault(version.project, []).append(version)
    for project, versions in by_project.items():
        today = Identities(project, versions)
        before = [
            Identities(project, [v for v in versions if period_index(v.period or "") <= period_index(period)])
            for period in outcome.reported
        ]
        for version in versions:
            for row in valid_enterprises(version):
                ref = reference(row) or ""
                known.rows.setdefault(today.of(ref), []).append((version, row))
                for one in before:
                    known.former.setdefault(one.of(ref), []).append(((version, row), today.of(ref)))
    return known


def _first_day(said: list[_Said]) -> dt.date | None:
    return min((day for _, row in said if (day := row.read("joined_on"))), default=None)


def _last_word(said: _Said) -> tuple[int, str, int]:
    """Of the latest period, then of the lowest project code and row."""
    version, row = said
    return -period_index(version.period or ""), version.project, row.number
