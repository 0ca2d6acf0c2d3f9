"""The warehouse every fault is tried on a copy of."""

from __future__ import annotations

import pytest

from tests.faults.trial import Base


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """Made once: the copies are cheap."""
    return Base.make(tmp_path_factory.mktemp("faults"))
