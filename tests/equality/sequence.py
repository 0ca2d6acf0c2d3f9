"""A random sequence of nights over one small programme, each night's build compared with a full one.

A night draws some events: deliveries (old periods and corrections among them, because files come in any order),
withdrawals and waivers that appear and disappear, exchange rates and price indices that come, change and go, projects
that leave and enter the registry or change in it, a load date in the next semester, and a build that fails half-way and
is made good by the next night. After each night the record of it is held against what was seen (``tests/record``).
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.platform import database, record_tables
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage5_transformation import dbt
from include.stage6_publication.promote import KEPT
from tests.equality.figures import (
    change_figures,
    forget_figures,
    judged_otherwise,
)
from tests.equality.tables import contents, unequal
from tests.keys import lost_keys
from tests.oracle.programmes import write_programme
from tests.record.audit import Audit
from tests.signed import sign_last_period, wrong_restatements

#: A model in the middle of the build, whose table a trigger makes refuse rows.
_BREAK = """
create or replace function intermediate.refuse() returns trigger language plpgsql as
$$ begin raise exception 'broken off on purpose'; end $$;
create trigger refuse before insert on candidate_marts.counted_row execute function intermediate.refuse();
"""
#: Projects leave the registry, and their deliveries are returned.
EVERYTHING_IS_MEANT = ("registry", "reversals")

_MEND = "drop function if exists intermediate.refuse() cascade"


@dataclass
class Sequence:
    """The programme's files still to come, and what the registry says tonight."""

    folder: Path
    settings: Settings
    rng: random.Random
    last_date: dt.date
    waiting: list[Path]
    registry: dict[str, list[dict[str, str]]]
    night: int = 0
    release: str | None = None
    semesters_back: int = 2
    withdrawn: list[str] = field(default_factory=list)
    has_other_figures: bool = False
    #: nights whose build kept the tables of the one before
    incremental_nights: int = 0
    #: nights that built without dbt
    nights_sent_again: int = 0
    log: list[str] = field(default_factory=list)
    audit: Audit = field(default_factory=Audit)

    @classmethod
    def begin(cls, folder: Path, settings: Settings, seed: int) -> Sequence:
        """Write the programme of ``seed`` below ``folder``; nothing of it is delivered yet."""
        last_date = write_programme(folder / "all", seed, projects=5, periods=4, enterprises=20)
        rng = random.Random(seed)
        waiting = [path for path in sorted((folder / "all" / "inbox").rglob("*")) if path.is_file()]
        rng.shuffle(waiting)
        registry = {path.stem: _read(path) for path in (folder / "all" / "registry").glob("*.csv")}
        (folder / "inbox").mkdir()
        settings = replace(settings, inbox=str(folder / "inbox"), registry=folder / "registry")
        return cls(folder, settings, rng, last_date, waiting, registry)

    def run(self, *, share: float, fails: bool = False, figures: bool | None = None, compare: bool = True) -> list[str]:
        """One night that delivers this share of the waiting files; returns what is wrong after it.

        That is what is recorded otherwise than it was seen and, unless told not to ``compare``, the tables that a full
        build fills otherwise. With ``figures``, or by chance, it finds other exchange rates and price indices.
        """
        self.night += 1
        self._deliver(max(1, round(share * len(self.waiting))))
        self._withdraw()
        self._draw()
        self._write_registry()
        if self.night > 1 and self.rng.random() < 0.2:
            self.semesters_back = max(0, self.semesters_back - 1)
        as_of = self.today
        settings = replace(self.settings, as_of=as_of)
        self.log.append(f"night {self.night} of {as_of}")
        if figures is None:
            figures = self.night > 1 and self.rng.random() < 0.25
        if figures:
            self._change_figures(settings)
        wrong = self._fail(settings, as_of) if fails else []
        before, ran = self._table(settings), _dbt_ran(settings)
        self._run_night(settings, f"night-{self.night:03}")
        if _dbt_ran(settings) == ran:
            self.nights_sent_again += 1
            self.log.append("built without dbt")
        if before is not None and before == self._table(settings):
            self.incremental_nights += 1
            self.log.append("built in part")
        wrong += self.audit.look(settings, f"night-{self.night:03}", as_of)
        self.log.append(self.audit.said)
        wrong += self._restated(settings)
        if compare:
            wrong += self._compare(settings) + (judged_otherwise(settings) if figures else [])
        return wrong

    def pass_a_day(self) -> list[str]:
        """A night that finds nothing new but its date; returns what is wrong after it."""
        self.night += 2  # there are two nights a day
        settings = replace(self.settings, as_of=self.today)
        tables = ("submission_status", "dim_project")
        before = [self._table(settings, name) for name in tables]
        self._run_night(settings, f"night-{self.night:03}")
        made = [name for name, old in zip(tables, before, strict=True) if self._table(settings, name) != old]
        self.log.append(f"night {self.night} of {self.today}: nothing new; of {', '.join(tables)} made: {made}")
        wrong = [] if made == ["submission_status"] else ["a later date alone makes other models anew than those of it"]
        return wrong + self.audit.look(settings, f"night-{self.night:03}", self.today) + self._compare(settings)

    @property
    def today(self) -> dt.date:
        """The day of the night: some semesters before the programme's last day, and ever nearer to it."""
        return self.last_date + dt.timedelta(days=self.night // 2 - 183 * self.semesters_back)

    def _restated(self, settings: Settings) -> list[str]:
        """The last period is signed after the first night with figures, and what differs since is told with causes."""
        if self.release is None:
            self.release = sign_last_period(settings)
            self.log.append(f"signed: {self.release or 'nothing yet'}")
            return []
        return wrong_restatements(settings)

    def projects(self) -> list[str]:
        """Every project that has reported an enterprise."""
        query = "select distinct project_code from intermediate.int_reports order by 1"
        return [code for (code,) in _rows(self.settings, "transformer", query)]

    def _draw(self) -> None:
        """What else happens before the night; the record's sequences draw more."""

    def _run_night(self, settings: Settings, night_id: str) -> None:
        run_night(settings, night_id, EVERYTHING_IS_MEANT)

    def _change_figures(self, settings: Settings) -> None:
        if self.has_other_figures and self.rng.random() < 0.5:
            self.log.append(forget_figures(settings))
            self.has_other_figures = False
        else:
            self.log.append(change_figures(settings, self.rng))
            self.has_other_figures = True

    def _table(self, settings: Settings, name: str = "counted_row") -> int | None:
        """Which table stands under a name: a full build makes another one of the rows counted."""
        if self.night == 1:
            return None
        engine = database.engine(settings, "transformer")
        with engine.connect() as connection:
            oid = connection.scalar(sa.text(f"select cast('candidate_marts.{name}' as regclass)::oid::bigint"))
        engine.dispose()
        return int(oid)

    def _withdraw(self) -> None:
        """Now and then the office withdraws a delivery, or takes that back."""
        if self.night == 1 or self.rng.random() > 0.35:
            return
        if self.withdrawn and self.rng.random() < 0.4:
            self.log.append(f"no more withdrawn: {self.withdrawn.pop()}")
            return
        query = "select submission_id from ops.submission where is_current order by 1"
        if current := [row.submission_id for row in _rows(self.settings, "loader", query)]:
            self.withdrawn.append(self.rng.choice(current))
            self.log.append(f"withdrawn: {self.withdrawn[-1]}")

    def _fail(self, settings: Settings, as_of: dt.date) -> list[str]:
        """A night broken off. One that makes the table anew loses the trigger and publishes: it is looked at, too."""
        self.log.append("the build fails half-way")
        night_id, wrong = f"night-{self.night:03}-fails", []
        engine = database.engine(settings, "transformer")
        with engine.begin() as connection:
            connection.exec_driver_sql(_BREAK)
        try:
            self._run_night(settings, night_id)
        except (dbt.TransformationFailed, PlatformError):
            pass
        else:
            self.log.append("it does not")
            wrong = self.audit.look(settings, night_id, as_of)
        finally:
            with engine.begin() as connection:
                connection.exec_driver_sql(_MEND)
            engine.dispose()
        self._deliver(1)
        return wrong

    def _compare(self, settings: Settings) -> list[str]:
        engine = database.engine(settings, "transformer")
        try:
            with engine.connect() as connection:
                built = contents(connection)
                published = contents(connection, ("marts", "restricted"))
                lost = lost_keys(connection)
            dbt.run(settings, "run", "--full-refresh")
            with engine.connect() as connection:
                full = contents(connection)
        finally:
            engine.dispose()
        as_candidates = {
            f"candidate_{table}": content
            for table, content in published.items()
            if table.removeprefix("marts.") not in KEPT | {record_tables.RELEASE, record_tables.FIGURE}
        }
        candidates = {table: content for table, content in full.items() if table.startswith("candidate_")}
        return lost + unequal(built, full) + [f"published {line}" for line in unequal(as_candidates, candidates)]

    def _deliver(self, count: int) -> None:
        for _ in range(min(count, len(self.waiting))):
            path = self.waiting.pop()
            place = self.folder / "inbox" / path.parent.name / path.name
            place.parent.mkdir(exist_ok=True)
            shutil.copy2(path, place)
            self.log.append(f"delivery {path.parent.name}/{path.name}")

    def _write_registry(self) -> None:
        (self.folder / "registry").mkdir(exist_ok=True)
        tables = dict(self.registry)
        if self.withdrawn:
            about = {"reason": "a mistake", "withdrawn_by": "the office", "withdrawn_on": "2024-01-01"}
            tables["withdrawals"] = [{"submission_id": one, **about} for one in dict.fromkeys(self.withdrawn)]
        if self.night > 1:
            tables["waivers"] = [row for row in tables["waivers"] if self.rng.random() < 0.7]
            if self.rng.random() < 0.3:  # of a project that changes all periods are built anew
                tables["projects"] = self._edited_projects()
            self._edit_registry(tables)
            known = {row["project_code"] for row in tables["projects"]}
            for name in ("project_institutions", "targets"):
                tables[name] = [row for row in tables[name] if row["project_code"] in known]
            tables["waivers"] = [row for row in tables["waivers"] if row["project_code"] in {"", *known}]
        (self.folder / "registry" / "withdrawals.csv").unlink(missing_ok=True)
        for name, rows in tables.items():
            with (self.folder / "registry" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                known_rows = self.registry.get(name) or rows
                writer = csv.DictWriter(file, known_rows[0].keys() if known_rows else ["rule"])
                writer.writeheader()
                writer.writerows(rows)

    def _edit_registry(self, tables: dict[str, list[dict[str, str]]]) -> None:
        """What else the registry says tonight."""

    def _edited_projects(self) -> list[dict[str, str]]:
        projects = [dict(row) for row in self.registry["projects"]]
        chosen, event = self.rng.choice(projects), self.rng.choice(["pillar", "title", "value_chains", "leaves"])
        self.log.append(f"registry: {event} of {chosen['project_code']}")
        if event == "leaves":
            return [row for row in projects if row is not chosen]
        chosen[event] = {
            "pillar": {"agriculture": "circular", "circular": "agriculture"}.get(chosen["pillar"], "circular"),
            "title": "Otro nombre",
            "value_chains": "cacao" if chosen["value_chains"] == "coffee" else "coffee",
        }[event]
        return projects


def _dbt_ran(settings: Settings) -> float:
    """When dbt ran last, here or in a comparison."""
    results = settings.dbt / "run_results.json"
    return results.stat().st_mtime if results.exists() else 0.0


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rows(settings: Settings, role: str, query: str) -> list[sa.Row]:
    engine = database.engine(settings, role)
    try:
        with engine.connect() as connection:
            return list(connection.execute(sa.text(query)))
    finally:
        engine.dispose()
