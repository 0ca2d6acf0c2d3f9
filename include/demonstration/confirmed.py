"""Enterprises whose tax id the country's check refuses and the office has confirmed: what rests on a waiver.

Their ids are spoilt in the last period, where published figures come from, and waived by the registry, so that they
count as before. None is known to two projects: it would be two enterprises.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from include.demonstration import tax_ids
from include.demonstration.parameters import Parameters
from include.demonstration.population import population
from include.demonstration.statement import POSITION, Statement

#: Of so many projects one has such enterprises, and so many.
_EVERY, _MOST = 3, 3
REASON = "tax id checked by the office against the public register"


@lru_cache(maxsize=4)
def confirmed(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """Project -> enterprise_refs."""
    books = population(parameters)
    known = Counter((one.country, one.tax_id) for book in books.values() for one in book.enterprises)
    return {
        project: tuple(
            one.ref
            for one in books[project].enterprises
            if one.tax_id and known[one.country, one.tax_id] == 1 and one.jobs and (one.standards or one.practices)
        )[:_MOST]
        for project in list(books)[::_EVERY]
    }


def spoil_confirmed(statement: Statement, refs: tuple[str, ...]) -> None:
    """Write the tax ids of these enterprises as the country's check refuses them."""
    column = POSITION["enterprises"]["tax_id"]
    for row in statement["enterprises"]:
        if row.enterprise is not None and row.enterprise.ref in refs:
            row.values[column] = tax_ids.spoil(row.enterprise.country, row.values[column])
