"""After each night: does the record say what was seen, then and now, and why it changed?"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from tests.record.causes import Comparison
from tests.record.seen import HEADLINE, Figure, Received, Seen

_MEASURES = ("claimed", "valid", "unique_value", "evidenced")
_RECORDED = ("difference_claimed", "difference_valid", "difference_unique", "difference_evidenced")
#: Figures are rounded to six decimals, the rows behind them are not.
_ROUNDING = Decimal("0.000002")


@dataclass
class Audit:
    """The states seen so far; ``said`` sums up the last look, ``causes`` counts what was found by cause."""

    seen: list[Seen] = field(default_factory=list)
    said: str = ""
    causes: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def look(self, settings: Settings, night_id: str, as_of: dt.date) -> list[str]:
        """Remember what is published now; returns what the record says otherwise."""
        engine = database.engine(settings)
        try:
            with engine.connect() as connection:
                now = Seen.of(connection, night_id, as_of)
                self.seen.append(now)
                wrong = self._past(connection) + self._days(connection)
                wrong += self._reasons(connection) if len(self.seen) > 1 else self._first(connection)
                return wrong
        finally:
            engine.dispose()

    def _past(self, connection: sa.Connection) -> list[str]:
        """Every past state, put together from the history, is the one that was seen."""
        nights = [one.night_id for one in self.seen]
        wrong = []
        counted = tuple(connection.execute(sa.text("select * from marts.counted_row limit 0")).keys())
        for mart, told, names in (("kpi_headline", "headline", HEADLINE), ("counted_row", "counted", counted)):
            stretches = connection.execute(sa.text(f"select * from marts.{mart}_history")).all()
            for number, state in enumerate(self.seen):
                kept = [
                    tuple(getattr(row, name) for name in names)
                    for row in stretches
                    if nights.index(row.from_night) <= number
                    and (row.until_night is None or nights.index(row.until_night) > number)
                ]
                seen = {tuple(row.values()) for row in getattr(state, told).values()}
                if set(kept) != seen or len(kept) != len(seen):
                    wrong.append(f"{mart}: {len(set(kept) ^ seen)} rows of {state.night_id} are kept otherwise")
        return wrong

    def _days(self, connection: sa.Connection) -> list[str]:
        """A day shows what its last night left; one before the first shows nothing."""
        wrong = []
        for state in {one.as_of: one for one in self.seen}.values():
            query = sa.text("select * from marts.kpi_headline_on(:day)")
            shown = connection.execute(query, {"day": state.as_of}).all()
            if {tuple(getattr(row, name) for name in HEADLINE) for row in shown} != {
                tuple(row.values()) for row in state.headline.values()
            }:
                wrong.append(f"kpi_headline_on({state.as_of}) is not what was seen")
        before = self.seen[0].as_of - dt.timedelta(days=1)
        if connection.scalar(sa.text("select count(*) from marts.kpi_headline_on(:day)"), {"day": before}):
            wrong.append("there are figures of a day before the first night")
        return wrong

    def _first(self, connection: sa.Connection) -> list[str]:
        rows = self._recorded(connection)
        figures = {(row.period, row.scope_type, row.scope_code, row.kpi) for row in rows}
        self.said = f"{len(rows)} figures for the first time"
        others = {row.cause for row in rows} - {"first"}
        fine = figures == self.seen[0].headline.keys() and not others
        return [] if fine else ["the first publication is recorded otherwise"]

    def _recorded(self, connection: sa.Connection) -> list[sa.Row]:
        query = sa.text("select * from marts.figure_change where night_id = :id")
        return list(connection.execute(query, {"id": self.seen[-1].night_id}))

    def _reasons(self, connection: sa.Connection) -> list[str]:
        """The causes of tonight's changes add up, and are those worked out row by row."""
        old, new = self.seen[-2:]
        recorded: dict[Figure, list[sa.Row]] = defaultdict(list)
        for row in self._recorded(connection):
            recorded[row.period, row.scope_type, row.scope_code, row.kpi].append(row)
        published = {figure for state in self.seen[:-1] for figure in state.headline}
        wrong, changed = [], 0
        for figure in old.headline.keys() | new.headline.keys() | recorded.keys():
            before, now = (state.headline.get(figure, {}) for state in (old, new))
            differences = [(now.get(one) or 0) - (before.get(one) or 0) for one in _MEASURES]
            rows = recorded.get(figure, [])
            sums = [sum(getattr(row, one) for row in rows) for one in _RECORDED]
            is_first = figure not in published
            changed += any(differences) and not is_first
            if sums != differences:
                wrong.append(f"{figure}: {differences} is explained by {sums}")
            if is_first != any(row.cause == "first" for row in rows) or (is_first and len(rows) != 1):
                wrong.append(f"{figure}: first, or not")
            if not any(differences) and rows and not is_first:
                wrong.append(f"{figure}: nothing changed, and causes are told")
        causes = self._compare(connection, recorded, published)
        self.said = f"{changed} figures changed; " + ", ".join(
            f"{cause} {n}" for cause, n in sorted(causes[1].items()) if n
        )
        for cause, count in causes[1].items():
            self.causes[cause] += count
        return wrong[:5] + causes[0][:5]

    def _compare(
        self, connection: sa.Connection, recorded: dict[Figure, list[sa.Row]], published: set[Figure]
    ) -> tuple[list[str], dict[str, int]]:
        comparison = Comparison(*self.seen[-2:], Received.of(connection))
        expected: dict = defaultdict(lambda: [Decimal(0)] * 4 + [0])
        count: dict[str, int] = defaultdict(int)
        for key, differences in comparison.changed_rows.items():
            cause, doer = comparison.cause(key)
            count[cause] += any((key[0], *scope, key[1]) in published for scope in differences)
            for scope, amount in differences.items():
                sums = expected[(key[0], *scope, key[1]), cause, doer]
                for n, one in enumerate(amount, start=1):
                    sums[n] += one
                sums[4] += 1
        for figure, causes in comparison.claimed().items():
            for (cause, project), amount in causes.items():
                if amount:
                    expected[figure, cause, f"claimed by {project}"][0] += amount
        wrong = []
        for figure, rows in recorded.items():
            if figure not in published:
                continue
            causes = {row.cause for row in rows} | {cause for one, cause, _ in expected if one == figure}
            for cause in causes:
                told = [[getattr(row, one) for one in _RECORDED] for row in rows if row.cause == cause]
                found = [sums for (one, of, _), sums in expected.items() if (one, of) == (figure, cause)]
                for n, name in enumerate(_MEASURES):
                    left = sum(row[n] for row in told) - sum(sums[n] for sums in found)
                    if abs(left) > _ROUNDING * (1 + len(found)):
                        wrong.append(f"{figure} {cause}: {name} is {left} more than worked out by hand")
            for row in rows:
                by_hand = expected.get((figure, row.cause, row.submission_id))
                if row.cause != "elsewhere" and row.rows and (by_hand is None or by_hand[4] != row.rows):
                    wrong.append(f"{figure} {row.cause} {row.submission_id}: {row.rows} rows, by hand {by_hand}")
        return wrong, count
