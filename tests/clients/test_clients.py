"""Tools of analysts read every mart of the small programme without loss (``make clients``: that of STATE)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.platform import database
from include.platform.settings import Settings
from tests.clients import trial
from tests.clients.trial import Mart


@pytest.fixture(scope="module")
def url(programme: Settings) -> str:
    return database.plain(database.url(programme, "bi_reader"))


@pytest.fixture(scope="module")
def marts(programme: Settings, url: str) -> dict[str, Mart]:
    return trial.known(programme, url)


@pytest.mark.parametrize("client", trial.CLIENTS)
def test_a_client_reads_what_psql_reads(client: str, url: str, marts: dict[str, Mart]) -> None:
    """Those that the project's own environment has, always; the others where make clients has set them up."""
    try:
        said = trial.read(client, url, marts)
    except trial.NotHere as error:
        pytest.skip(str(error))
    assert len(marts) > 60
    assert trial.differences(marts, said) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("kpi_headline.unique_value", lambda table: table["columns"].update(unique_value=[1, None])),
        ("dim_period.period_end", lambda table: table["columns"]["period_end"].__setitem__(1, "2021-12-30")),
        ("dim_kpi", lambda table: table.update(rows=1)),
        ("dim_scope", lambda table: table["columns"].pop("scope_key")),
    ],
)
def test_what_is_lost_is_noticed(marts: dict[str, Mart], name: str, change: Callable[[dict[str, Any]], Any]) -> None:
    said = {table: {"rows": mart.rows, "columns": _as_numbers(mart)} for table, mart in marts.items()}
    assert trial.differences(marts, said) == []
    change(said[name.split(".")[0]])
    (found,) = trial.differences(marts, said)
    assert found.startswith(f"{name}: ")


def _as_numbers(mart: Mart) -> dict[str, list[Any]]:
    numbers = ("numeric", "bigint", "integer")
    return {
        column: [filled, float(value) if value and mart.types[column] in numbers else value]
        for column, (filled, value) in mart.columns.items()
    }
