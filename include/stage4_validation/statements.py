"""Each statement beside the one before it: enterprises that are missing (X02), references with another tax id (X03).

Which statement comes before another depends on the statuses of a folder's deliveries alone, so the same findings come
out of a rebuild.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from include.contract import load_contract
from include.platform.statements import beside
from include.stage4_validation.findings import FINDING_TABLES
from include.stage4_validation.settle import IS_WAIVED

#: A list seems to have been renumbered where so many references, and more than such a share of those that both
#: statements have, are another enterprise's.
RENUMBERED_REFERENCES, RENUMBERED_SHARE = 5, 1 / 3

_SQL = beside(__file__)


@dataclass(frozen=True)
class Comparison:
    """A statement beside the ``earlier`` one before it, where there is one: the references it lacks, how many both
    have, and how many of these are now another enterprise's."""

    missing: tuple[str, ...] = ()
    kept: int = 0
    changed: int = 0
    earlier: str | None = None

    @property
    def is_renumbered(self) -> bool:
        """Whether the list seems to have been renumbered."""
        return self.changed >= RENUMBERED_REFERENCES and self.changed > RENUMBERED_SHARE * self.kept


def compare_statements(connection: sa.Connection) -> None:
    """Find anew what comes of comparing, in the drop folders of ``work.settling``. Expects statuses to be decided."""
    contract = load_contract()
    asked = {**contract.rule_lists, "projects": list(connection.scalars(_SQL("projects")))}
    for table, is_shadow in zip(FINDING_TABLES, (False, True), strict=True):
        connection.execute(_SQL("forget", finding=table), asked)
        rules = [rule for rule in map(contract.rules.get, asked["compared"]) if rule and rule.is_shadow == is_shadow]
        if not rules:
            continue
        home = {"rules": [rule.key for rule in rules], "severities": [rule.severity for rule in rules]}
        add = _SQL("add", finding=table, compared=_compared(), is_waived=IS_WAIVED)
        connection.execute(add, {**asked, **home, "ids": None})


def comparisons(connection: sa.Connection, submissions: Mapping[str, str]) -> dict[str, Comparison]:
    """Statements beside the ones before them, as things stand now; ``submissions`` are their ids with their projects.

    Those without a statement before them are left out.
    """
    asked = {**load_contract().rule_lists, "projects": sorted({*submissions.values()}), "ids": list(submissions)}
    return {
        found.submission_id: Comparison(tuple(found.missing), found.kept, found.changed, found.earlier)
        for found in connection.execute(_SQL("comparisons", compared=_compared()), asked)
    }


def _compared() -> str:
    return f"({_SQL.text('compared')}) as compared"
