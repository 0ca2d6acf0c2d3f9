"""What the questions are asked with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings


@pytest.fixture
def reader(programme: Settings) -> Iterator[sa.Engine]:
    """An engine as the role of BI tools."""
    engine = database.engine(programme, "bi_reader")
    yield engine
    engine.dispose()
