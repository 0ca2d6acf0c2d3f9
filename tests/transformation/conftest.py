"""A warehouse whose models exist: seeds loaded, every model built on an empty programme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from include.platform.settings import Settings
from include.stage5_transformation import dbt, seeds
from tests.conftest import own_warehouse


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A warehouse of this folder's own: what is built in it would be published by the switch of any other test."""
    with own_warehouse(tmp_path_factory.mktemp("built")) as own:
        yield own


@pytest.fixture(scope="session")
def built(settings: Settings) -> Settings:
    """The same after one build of the candidate marts."""
    seeds.ensure_seeds(settings)
    dbt.build(settings)
    return settings
