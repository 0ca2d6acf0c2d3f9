"""The page's table of causes, row by row in Python, from two published states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from include.contract.model import seed
from tests.record.seen import Received, Row, RowKey, Seen

ORDER = ("new_report", "correction", "waiver", "rule", "rate", "identity", "registry", "elsewhere", "software")
_FLAGS = {
    "programme": "counts_in_programme",
    "country": "counts_in_country",
    "pillar": "counts_in_pillar",
    "value_chain": "counts_in_value_chain",
}


def amounts(row: Row | None) -> dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]]:
    """Scope -> what a counted row adds to valid, unique_value and evidenced there."""
    if row is None:
        return {}
    places = {"programme": "all", **{kind: row[kind] for kind in ("country", "pillar", "value_chain")}}
    places["project"] = row["project_code"]
    found = {}
    for kind, code in places.items():
        if code is not None:
            once = row["contribution"] if kind == "project" or row[_FLAGS[kind]] else Decimal(0)
            found[kind, code] = (row["contribution"], once, once if row["evidence_grade"] in "AB" else Decimal(0))
    return found


@dataclass(frozen=True)
class Comparison:
    """Two states, one after the other."""

    old: Seen
    new: Seen
    received: Received

    @cached_property
    def changed_rows(self) -> dict[RowKey, dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]]]:
        """Rows that add another amount anywhere, with the differences by scope that are not 0."""
        changed = {}
        for key in self.old.counted.keys() | self.new.counted.keys():
            before, now = amounts(self.old.counted.get(key)), amounts(self.new.counted.get(key))
            nothing = (Decimal(0),) * 3
            differences = {
                scope: tuple(b - a for a, b in zip(before.get(scope, nothing), now.get(scope, nothing), strict=True))
                for scope in before.keys() | now.keys()
            }
            differences = {scope: amount for scope, amount in differences.items() if any(amount)}
            if differences:
                changed[key] = differences
        return changed

    def cause(self, key: RowKey) -> tuple[str, str | None]:
        """The first cause that holds of a row of its own facts, or what is left; and the delivery that did it.

        The delivery is None where the page leaves it to the figures of others (``elsewhere``).
        """
        period, _, submission, number, project = key
        held = self._own(key)
        if held:
            return held
        assert self.old.calendar, (period, submission, number, project)
        if self.old.code_version != self.new.code_version and not self._is_touched(key):
            return "software", submission
        return "elsewhere", None

    def _own(self, key: RowKey) -> tuple[str, str] | None:
        """The first cause that holds of a counted row of its own facts."""
        row = self.old.counted.get(key) or self.new.counted[key]
        counted = {state.counted[key]["enterprise_key"] for state in (self.old, self.new) if key in state.counted}
        held = [*self._causes(key, row["sheet"], counted), *self._in_its_place(key)]
        return _first(held)

    def _of_report(self, place: tuple[str, str, str], *, came: bool) -> tuple[str, str | None]:
        """The first cause of a report that came or went: what would be that of its enterprise's row."""
        (period, project, enterprise), ours, others = place, self.new.reports, self.old.reports
        if not came:
            ours, others = others, ours
        submission, number, _ = ours[place]
        held = list(self._causes((period, "", submission, number, project), "enterprises", {enterprise}))
        if place in others and others[place][0] != submission:
            held.append(self._of_delivery(others[place][0], came=not came))
        return _first(held) or ("elsewhere", None)

    def _causes(self, key: RowKey, sheet: str, enterprises: set[str]) -> Iterator[tuple[str, str] | None]:
        """What holds of a row by its own facts; it was reported of these ``enterprises``."""
        period, _, submission, number, project = key
        ref = self.received.refs[submission, sheet, number]
        yield self._of_delivery(submission, came=True) or self._of_delivery(submission, came=False)
        before, now = (state.identities.get((period, project, ref or "")) for state in (self.old, self.new))
        reports = [one[1] if one else None for one in (before, now)]
        if reports[0] != reports[1]:
            if submission == reports[0] and reports[1]:
                yield self._of_delivery(reports[1], came=True)
            if submission == reports[1] and reports[0]:
                yield self._of_delivery(reports[0], came=False)
        yield self._of_findings(submission, sheet, number, ref)
        if sheet == "sales" and self._has_other_rates(submission, number):
            yield "rate", submission
        keys = [one and one[0] for one in (before, now)]
        if (all(keys) and keys[0] != keys[1]) or len(enterprises) > 1:
            yield "identity", submission
        if self.old.registry.get(project) != self.new.registry.get(project) or self._has_other_calendar:
            yield "registry", submission

    @cached_property
    def _has_other_calendar(self) -> bool:
        """Whether a semester that had ended has left, or has come; one that has ended since was there before."""
        before, now = self.old.calendar, self.new.calendar
        return any(now.get(one) != end for one, end in before.items()) or any(
            end < self.old.as_of for one, end in now.items() if one not in before
        )

    def _of_delivery(self, submission: str, *, came: bool) -> tuple[str, str] | None:
        """The cause that a delivery's coming or going is, and which delivery did it."""
        ours, others = (self.new, self.old) if came else (self.old, self.new)
        for place, current in ours.versions.items():
            if current == submission and others.versions.get(place) != submission:
                if came:
                    return ("correction" if place in self.old.versions else "new_report"), submission
                return "correction", self.new.versions.get(place, submission)
        return None

    def _in_its_place(self, key: RowKey) -> Iterator[tuple[str, str] | None]:
        """A row of the same project and enterprise that counts instead, or did."""
        period, kpi, submission, _, project = key
        is_gone, is_new = key not in self.new.counted, key not in self.old.counted
        if not (is_gone or is_new):
            return
        here, there = (self.old, self.new) if is_gone else (self.new, self.old)
        enterprise = here.counted[key]["enterprise_key"]
        for other, row in there.counted.items():
            if (
                (other[0], other[1], other[4], row["enterprise_key"]) == (period, kpi, project, enterprise)
                and other not in here.counted
                and other[2] != submission
            ):
                yield self._of_delivery(other[2], came=is_gone)

    def _of_findings(self, submission: str, sheet: str, number: int, ref: str | None) -> tuple[str, str] | None:
        rows = [(submission, sheet, number)] + [
            place
            for place in self.old.findings.keys() | self.new.findings.keys()
            if place[:2] == (submission, "enterprises") and ref is not None and self.received.refs[place] == ref
        ]
        follows_rates = sheet == "sales" and self._has_other_rates(submission, number)
        other = waived_only = False
        for place in rows:
            before, now = (
                {one for one in state.findings.get(place, ()) if not (follows_rates and one[0] in ("S08", "S09"))}
                for state in (self.old, self.new)
            )
            if before != now:
                same = sorted(one[:2] for one in before) == sorted(one[:2] for one in now)
                waived_only, other = waived_only or same, other or not same
        return ("rule", submission) if other else ("waiver", submission) if waived_only else None

    def _has_other_rates(self, submission: str, number: int) -> bool:
        currency, windows = self.received.sales[submission, number]
        ref = self.received.refs[submission, "sales", number]
        changed = {
            place
            for place in self.old.rates.keys() | self.new.rates.keys()
            if self.old.rates.get(place) != self.new.rates.get(place)
        }
        for first, last in windows:
            if first and last:
                for place, time in changed:
                    if place == currency and f"{first:%Y-%m}" <= time <= f"{last:%Y-%m}":
                        return True
                    of_country = place in self.received.countries[submission, ref]
                    if of_country and f"{first:%Y}" <= time <= f"{last:%Y}":
                        return True
        return False

    def _is_touched(self, key: RowKey) -> bool:
        """Whether anything of the row's enterprise has changed elsewhere."""
        states = [state for state in (self.old, self.new) if key in state.counted]
        return any((key[0], state.counted[key]["enterprise_key"]) in self._touched for state in states)

    @cached_property
    def _touched(self) -> set[tuple[str, str]]:
        """Periods and enterprises of which a row, a report or a finding changed for a cause of its own."""
        found = set()
        for key in self.changed_rows:
            if self._own(key):
                states = [state for state in (self.old, self.new) if key in state.counted]
                found |= {(key[0], state.counted[key]["enterprise_key"]) for state in states}
        for place in self.old.identities.keys() | self.new.identities.keys():
            before, now = (state.identities.get(place) for state in (self.old, self.new))
            if before != now:
                found |= {(place[0], one[0]) for one in (before, now) if one}
        refs = set()
        for submission, sheet, number in self.old.findings.keys() | self.new.findings.keys():
            at = (submission, sheet, number)
            if self.old.findings.get(at) != self.new.findings.get(at):
                refs.add((self.received.projects[submission], self.received.refs.get(at)))
        for (period, project, ref), (enterprise, _) in self.new.identities.items():
            if (project, ref) in refs:
                found.add((period, enterprise))
        return found

    def claimed(self) -> dict[tuple[str, str, str, str], dict[tuple[str, str], Decimal]]:
        """Figure -> (cause, project) -> what covers add more or less where the scope was published, and is."""
        fields = {row["kpi"]: row["declared_field"] for row in seed("kpis") if row["declared_field"]}
        found: dict = defaultdict(lambda: defaultdict(Decimal))
        projects = {project for project, _ in self.old.versions.keys() | self.new.versions.keys()}
        for period in self.old.calendar.keys() | self.new.calendar.keys():
            for project in projects:
                ids, places = [], []
                for state in (self.old, self.new):
                    versions = [(q, s) for (p, q), s in state.versions.items() if p == project and q <= period]
                    ids.append(max(versions)[1] if versions else None)
                    places.append(state.registry.get(project))
                of_cover = self._of_cover(ids, places)
                for sign, submission, place, state in zip((-1, 1), ids, places, (self.old, self.new), strict=True):
                    cover = self.received.covers.get(submission or "", {})
                    scopes = [("programme", "all"), ("project", project)]
                    scopes += [("pillar", place[0]), ("country", place[1])] if place else []
                    for kpi, field in fields.items():
                        for scope in scopes:
                            if cover.get(field) is None or (period, *scope, kpi) not in state.headline:
                                continue
                            if of_cover is None and self._is_there(period, scope, both=True):
                                continue
                            cause = of_cover or self._of_scope(period, scope)
                            found[(period, *scope, kpi)][cause, project] += sign * cover[field]
        return found

    def _of_cover(self, ids: list[str | None], places: list[tuple[str, str] | None]) -> str | None:
        """Why a project declares something else now, or elsewhere; None where it does not."""
        if ids[0] == ids[1]:
            return None if places[0] == places[1] else "registry"
        came = ids[1] and self._of_delivery(ids[1], came=True)
        went = ids[0] and self._of_delivery(ids[0], came=False)
        return _first([came or None, went or None])[0]

    def _is_there(self, period: str, scope: tuple[str, str], *, both: bool) -> bool:
        there = [(period, *scope) in scopes for scopes in self._scopes]
        return all(there) if both else there[1]

    @cached_property
    def _scopes(self) -> list[set[tuple[str, str, str]]]:
        """Periods and scopes published before, and now."""
        return [{key[:3] for key in state.headline} for state in (self.old, self.new)]

    def _of_scope(self, period: str, scope: tuple[str, str]) -> str:
        """Why a scope came or went: the first cause of the rows and reports that did."""
        came = self._is_there(period, scope, both=False)
        held = [self.cause(key) for key, moved in self.changed_rows.items() if key[0] == period and scope in moved]
        state, other = (self.new, self.old) if came else (self.old, self.new)
        for place, report in state.reports.items():
            pillar = (state.registry.get(place[1]) or ("", ""))[0]
            scopes = {("programme", "all"), ("project", place[1]), ("country", report[2]), ("pillar", pillar)}
            if place[0] == period and scope in scopes and other.reports.get(place) != report:
                held.append(self._of_report(place, came=came))
        return min(held, key=lambda one: ORDER.index(one[0]))[0] if held else "elsewhere"


def _first(held: Iterable[tuple[str, str] | None]) -> tuple[str, str] | None:
    return min((one for one in held if one), key=lambda one: (ORDER.index(one[0]), one[1]), default=None)
