"""The pipeline against an independent reading of the contract, on programmes dense with rare cases."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.platform import database, postgres
from tests.conftest import make_settings
from tests.contract_place import IS_HERE
from tests.end_to_end.comparison import differences
from tests.oracle import evaluate
from tests.oracle.export import write_expected
from tests.oracle.filters import unequal_measures
from tests.oracle.programmes import draw_promises, write_programme
from tests.oracle.results import unequal_results
from tests.oracle.waivers import unequal_figures

pytestmark = pytest.mark.skipif(not IS_HERE, reason="the contract's pages are not beside the project")

_BY_ITEM = sa.text("""
select period, scope_type, scope_code, kpi, item_kind, item, valid, unique_value, evidenced from marts.kpi_by_item
""")


@pytest.mark.parametrize("seed", [4, 21])
def test_every_cell_is_what_the_contract_says(tmp_path: Path, seed: int) -> None:
    as_of = write_programme(tmp_path, seed)
    draw_promises(tmp_path, seed)
    inbox, registry, expected = tmp_path / "inbox", tmp_path / "registry", tmp_path / "expected"
    outcome = evaluate(inbox, registry, as_of)
    write_expected(outcome, expected)
    settings = make_settings(tmp_path / "state", inbox=str(inbox), registry=registry, as_of=as_of)
    try:
        run_night(settings, "only")
        engine = database.engine(settings)
        assert differences(engine, expected, left_out=["X01"]) == []
        assert unequal_measures(engine, outcome, filters=250, seed=seed) == []
        assert unequal_results(engine, outcome, filters=30, seed=seed) == []
        assert unequal_figures(engine, outcome) == []
        with engine.connect() as connection:
            by_item = {tuple(row[:6]): tuple(row[6:]) for row in connection.execute(_BY_ITEM)}
        engine.dispose()
        assert by_item == outcome.items
        assert len({kind for *_, kind, _ in by_item}) == 5
    finally:
        postgres.stop(settings)
