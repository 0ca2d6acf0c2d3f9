"""A random sequence of nights in which figures change for every cause there is.

Beside what ``tests/equality`` draws, a deck is dealt out over the nights: rules go into shadow and come back, other
software counts for a while, a project moves to another country, a semester leaves the calendar, the office has rates
and indices of its own, and tax ids come later than the reports they belong to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from include.platform.settings import Settings
from tests.equality.figures import forget_office_figures, write_office_figures
from tests.equality.sequence import EVERYTHING_IS_MEANT, Sequence
from tests.record.software import Software
from tests.record.tax_ids import TaxIds

#: Each is dealt as often as that; the second time it is taken back.
DECK = {"rules": 2, "software": 2, "country": 2, "calendar": 2, "figures": 2, "tax_ids": 2}
#: The night from which the deck is dealt: before it there is little that could change.
_FIRST = 3
#: Files of the sequence's own come after those of the programme.
_MOMENT = 1_740_000_000


@dataclass
class RecordSequence(Sequence):
    """The deck that is left, and what has been dealt and not been taken back."""

    deck: list[str] = field(default_factory=list)
    nights: int = 12
    software: Software = field(default_factory=lambda: Software(Path()))
    tax_ids: TaxIds | None = None
    moved: str = ""
    without: str = ""

    @classmethod
    def of(cls, folder: Path, settings: Settings, seed: int, nights: int) -> RecordSequence:
        """``begin``, with a deck that is dealt out over so many nights."""
        sequence = cls.begin(folder, settings, seed)
        assert isinstance(sequence, RecordSequence)
        sequence.deck = [card for card, count in DECK.items() for _ in range(count)]
        sequence.rng.shuffle(sequence.deck)
        sequence.nights = nights
        sequence.software = Software(folder / "other software")
        return sequence

    def _draw(self) -> None:
        if self.night < _FIRST:
            return
        left = max(1, self.nights - self.night + 1)
        dealt: set[str] = set()
        for _ in range(-(-len(self.deck) // left)):
            self._deal(dealt)

    def _deal(self, dealt: set[str]) -> None:
        """The next card of which something can be made tonight, and which would not take back what tonight brought."""
        for turn, card in enumerate(self.deck):
            if card not in dealt and (said := getattr(self, f"_deal_{card}")()):
                self.log.append(said)
                dealt.add(card)
                del self.deck[turn]
                return

    def _run_night(self, settings: Settings, night_id: str) -> None:
        self.software.run_night(settings, night_id, EVERYTHING_IS_MEANT)

    def _change_figures(self, settings: Settings) -> None:
        """Figures are the office's here and come by the deck: files of ours would be another software's."""

    def _deal_rules(self) -> str | None:
        return self.software.turn_rules(self.settings)

    def _deal_software(self) -> str:
        return self.software.change()

    def _deal_figures(self) -> str | None:
        if self.has_other_figures:
            forget_office_figures(self.settings)
            self.has_other_figures = False
            return "figures: none of the office's"
        said = write_office_figures(self.settings, self.rng)
        self.has_other_figures = said is not None
        return said

    def _deal_country(self) -> str:
        self.moved = "" if self.moved else self.rng.choice(self.registry["projects"])["project_code"]
        return f"registry: another country of {self.moved or 'no project'}"

    def _deal_calendar(self) -> str | None:
        """The second semester: what the first one reports is counted as of it, too."""
        semesters = self._semesters()
        if len(semesters) < 2 or (self.tax_ids and "tax_ids" in self.deck):  # what was told of it would be returned
            return None
        self.without = "" if self.without else semesters[1]
        return f"calendar: without {self.without or 'none'}"

    def _deal_tax_ids(self) -> str | None:
        """Ids that some lack and, on another night, when that has been published, all of them."""
        moment, inbox = _MOMENT + 3600 * self.night, self.folder / "inbox"
        semesters = self._semesters()
        if self.without or len(semesters) < 2:
            return None
        if self.tax_ids is None:
            first, second = self.rng.sample([row["project_code"] for row in self.registry["projects"]], 2)
            self.tax_ids = TaxIds.draw(self.rng, (first, second), (semesters[0], semesters[1]))
            return self.tax_ids.report(self.rng, inbox, moment)
        return self.tax_ids.complete(self.rng, inbox, moment)

    def _semesters(self) -> list[str]:
        """Those of the calendar that have ended, the first ones first."""
        return [
            row["period"]
            for row in self.registry["reporting_calendar"]
            if dt.date.fromisoformat(row["ends_on"]) < self.today
        ]

    def _edited_projects(self) -> list[dict[str, str]]:
        """Where tax ids are told, or will be, both projects have to be there: else nothing is another enterprise."""
        projects = super()._edited_projects()
        known = {row["project_code"] for row in projects}
        if self.tax_ids and not known >= {*self.tax_ids.projects}:
            self.log.append("which stays")
            return self.registry["projects"]
        return projects

    def _edit_registry(self, tables: dict[str, list[dict[str, str]]]) -> None:
        for row in tables["projects"]:
            if row["project_code"] == self.moved:
                tables["projects"] = [
                    {**one, "country": "CO" if one["country"] != "CO" else "PE"} if one is row else one
                    for one in tables["projects"]
                ]
        if self.without:
            tables["reporting_calendar"] = [
                row for row in tables["reporting_calendar"] if row["period"] != self.without
            ]
