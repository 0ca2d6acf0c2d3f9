"""Takes away each filter that ``ref()`` puts into a build in part, one after the other, and sees whether it matters.

An incremental model's table is what a night keeps of it and what the night adds. Where a build in part equals a full one,
it does so without a filter only if the model's query returns the same rows without it: otherwise the rows it adds
are others, and the check of equality finds the table unequal. So a mutation costs one query and no build. That of a view is
looked for in the models that read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import dbt, pending

#: How a filtered reference begins; ``to_rebuild`` in ``dbt_project/macros/rebuilt.sql`` writes it.
_FILTERED = re.compile(r'\(select \* from ("[^ ]+") where ')


@dataclass(frozen=True)
class Model:
    """A model as a night that builds in part runs it."""

    name: str
    is_view: bool
    relation: str
    reads: frozenset[str]
    sql: str


@dataclass(frozen=True)
class Filter:
    """One filtered reference of a model: where it stands in its SQL, and what stands there without the filter."""

    model: str
    reference: str
    number: int
    begin: int
    end: int
    unfiltered: str

    @property
    def name(self) -> str:
        """``model < reference``, numbered where a model refers to something more than once."""
        return f"{self.model} < {self.reference}" + (f" ({self.number})" if self.number > 1 else "")


def compile_in_part(settings: Settings, projects: set[str]) -> dict[str, Model]:
    """The models with a unit as a night compiles them in which these projects changed; pending then is what it was."""
    engine = database.engine(settings, "transformer")
    try:
        with engine.begin() as connection:
            pending.prepare(connection)
            before = connection.execute(sa.text("select kind, code from intermediate.pending")).tuples().all()
            pending.published(connection)
            pending.add_projects(connection, projects)
        dbt.run(settings, "compile", "--select", "config.meta.rebuilt_by:*", "--resource-type", "model")
        with engine.begin() as connection:
            pending.published(connection)
            for kind, code in before:
                connection.execute(sa.text("insert into intermediate.pending values (:k, :c)"), {"k": kind, "c": code})
    finally:
        engine.dispose()
