"""A warehouse whose models exist: seeds loaded, every model built on an empty programme."""

from __future__ import annotations

import pytest

from include.platform.settings import Settings
from include.stage5_transformation import dbt


@pytest.fixture(scope="session")
def built(settings: Settings) -> Settings:
    """The session's warehouse after one build of the candidate marts."""
    dbt.ensure_seeds(settings)
    dbt.build(settings)
    return settings
