"""Nights of another software: a copy of the project in which rules have another life, or a model counts otherwise."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from include.contract.model import ENFORCED, SHADOW
from include.nightly.in_process import run_night
from include.platform import database
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT, Settings
from include.reproduction.project_copy import ProjectCopy
from include.reproduction.reproduce import reproduce
from tests.record import child

_NOT = shutil.ignore_patterns("__pycache__", "target", "logs", "dbt_packages")
_RULES = Path("include", "contract", "data", "rules.csv")
#: What the other software counts otherwise: sales rows have better evidence than they say.
_MODEL = Path("dbt_project", "models", "intermediate", "int_report_sales.sql")
_SAYS, _SAYS_THEN = (
    "sales_rows.evidence_grade as grade",
    "case sales_rows.evidence_grade when 'C' then 'B' when 'D' then 'A' else sales_rows.evidence_grade end as grade",
)
#: Rules by which rows do not count that would count but for them: nothing else is found of them, their enterprise is in
#: its project's report by the same delivery. (Of what a warning takes out the models mostly know by themselves.)
_TAKING_OUT = sa.text("""
select distinct lost.rule
from intermediate.int_uncounted_rows as lost
inner join ops.finding as found using (submission_id, row_number, rule)
where
    lost.rule ~ '^[JNPST]' and found.severity = 'error' and not found.waived
    and not exists (
        select from ops.finding as others
        where
            others.submission_id = found.submission_id and others.sheet = found.sheet
            and others.row_number = found.row_number and others.rule <> found.rule and others.severity <> 'info'
    )
    and exists (
        select from intermediate.int_enterprise_identities as identities
        where
            identities.project_code = lost.project_code and identities.enterprise_ref = lost.enterprise_ref
            and identities.submission_id = lost.submission_id and identities.is_in_report
    )
""")


@dataclass
class Software:
    """What judges and counts tonight; ``folder`` is where its copy lies, when there is one."""

    folder: Path
    in_shadow: set[str] = field(default_factory=set)
    counts_otherwise: bool = False
    #: nights that the other software has run
    its_nights: set[str] = field(default_factory=set)

    def turn_rules(self, settings: Settings) -> str | None:
        """Put rules that take rows out into shadow, or have those enforced again that are there; None: none does."""
        if self.in_shadow:
            again, self.in_shadow = self.in_shadow, set()
            return f"enforced again: {', '.join(sorted(again))}"
        with database.connected(settings) as connection:
            self.in_shadow = set(connection.scalars(_TAKING_OUT))
        return f"in shadow: {', '.join(sorted(self.in_shadow))}" if self.in_shadow else None

    def change(self) -> str:
        """Have the other software count, or this one again."""
        self.counts_otherwise = not self.counts_otherwise
        return f"software: {'another' if self.counts_otherwise else 'as before'}"

    def run_night(self, settings: Settings, night_id: str, accepts: Sequence[str]) -> None:
        """Raises PlatformError where the night fails in another process, what ``run_night`` raises in this one."""
        if self.counts_otherwise:
            self.its_nights.add(night_id)
        if self.counts_otherwise or self.in_shadow:
            self._copy().run("tests.record.child", ["night", night_id, *accepts], settings.environment())
        else:
            run_night(settings, night_id, accepts)

    def again(self, settings: Settings, **asked: str) -> list[str]:
        """What is otherwise where the software that ran a night, or that of a release, makes it again."""
        night_id = asked.get("night_id", "")
        if night_id not in self.its_nights:
            done = reproduce(settings, **asked)
            return [] if done.is_equal else [line for one in done.comparisons for line in one.shown]
        self.counts_otherwise = True
        try:
            self._copy().run("tests.record.child", ["again", night_id], settings.environment())
        except PlatformError as error:
            return [str(error)]
        return []

    def _copy(self) -> ProjectCopy:
        """The copy as it is tonight."""
        if not self.folder.exists():
            for part in ("include", "expectations", "dbt_project"):
                shutil.copytree(PROJECT_ROOT / part, self.folder / part, symlinks=True, ignore=_NOT)
            shutil.copy2(PROJECT_ROOT / "pyproject.toml", self.folder)
            place = self.folder / "tests" / "record"
            place.mkdir(parents=True)
            for package in (place, place.parent):
                (package / "__init__.py").touch()
            shutil.copy2(child.__file__, place)
        model = (PROJECT_ROOT / _MODEL).read_text("utf-8")
        assert model.count(_SAYS) == 1, f"{_MODEL} says it otherwise"
        (self.folder / _MODEL).write_text(model.replace(_SAYS, _SAYS_THEN) if self.counts_otherwise else model, "utf-8")
        with (PROJECT_ROOT / _RULES).open(encoding="utf-8", newline="") as file:
            rules = list(csv.DictReader(file))
        with (self.folder / _RULES).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rules[0].keys(), lineterminator="\n")
            writer.writeheader()
            for rule in rules:
                life = SHADOW if rule["rule"] in self.in_shadow else ENFORCED
                writer.writerow({**rule, "life": life if rule["life"] == ENFORCED else rule["life"]})
        return ProjectCopy(self.folder, ())
