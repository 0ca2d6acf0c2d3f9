"""Programmes are drawn whatever the seed, and a seed draws the same one again."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from tests.contract_place import IS_HERE
from tests.oracle.drawn_rows import Context
from tests.oracle.programmes import FAULTS
from tests.oracle.submissions import Shape, build, draw_tables
from tests.oracle.world import draw_enterprises

pytestmark = pytest.mark.skipif(not IS_HERE, reason="the contract's pages are not beside the project")


def _drawn(seed: int, fault: str) -> list[tuple[str, list[list[object]]]]:
    """The sheets of one delivery, with every rare case often."""
    rng = random.Random(f"{fault} {seed}")
    items = draw_enterprises(rng, 4, ["PE", "BO"])
    for item in items:
        item.refs["PE-01"] = f"E{item.number:04}"
    context = Context(rng, "PE-01", "2023-S1", 1, dt.date(2022, 1, 1), 0.9)
    shape = Shape(csv=False, language=seed % 4, mark=None, spoil=0.005, rows=1.0, fault=fault)
    return build(context, draw_tables(context, items), shape)


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_every_fault_is_drawn_with_every_seed(fault: str) -> None:
    """With a second sheet of a kind, which has no header that a fault could be in, too."""
    drawn = [_drawn(seed, fault) for seed in range(120)]
    assert all(sheets for sheets in drawn)
    assert any(grid == [["otra", "cosa"]] for sheets in drawn for _, grid in sheets)
    assert _drawn(7, fault) == drawn[7]
