"""Fixtures every test folder may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform import configuration, database, postgres, schema
from include.platform.settings import Settings
from tests.samples import SAMPLES, Sample, unpack

#: What a developer has set for a warehouse of his own is nothing to the tests, nor to the commands they run.
os.environ[configuration.FILE_VARIABLE] = os.devnull
for _name in configuration.BY_NAME:
    os.environ.pop(_name, None)

#: Load date of the fixture ``programme``: its six semesters end with 2025-S2.
PROGRAMME_AS_OF = date(2026, 2, 20)


def make_settings(state: Path, **changes: object) -> Settings:
    """Settings of a warehouse of its own below ``state``."""
    state = state.resolve()
    values: dict[str, object] = {"inbox": str(state / "inbox"), "registry": state / "registry"}
    return Settings(state=state, **{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A prepared warehouse of this test session on an embedded server of its own."""
    settings = make_settings(tmp_path_factory.mktemp("warehouse") / "state")
    schema.prepare(settings)
    yield settings
    postgres.stop(settings)


@pytest.fixture
def loader(settings: Settings) -> Iterator[sa.Engine]:
    """An engine on the session's warehouse as the role that loads it."""
    engine = database.engine(settings, "loader")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A warehouse after one night on the small demonstration programme, as of PROGRAMME_AS_OF.

    On a server of its own; tests leave it as they found it, or take a copy.
    """
    from include.demonstration import write_programme
    from include.nightly.in_process import run_night

    settings = make_settings(tmp_path_factory.mktemp("programme") / "state", as_of=PROGRAMME_AS_OF)
    write_programme(Path(settings.inbox), settings.registry, "small")
    run_night(settings, "programme")
    yield settings
    postgres.stop(settings)


@pytest.fixture(scope="session", params=["peru", "hostile"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """A sample programme after its first night; tests leave it as they found it, or take a copy."""
    if not SAMPLES.exists():
        pytest.skip("the sample programmes are not beside the project")
    folder = tmp_path_factory.mktemp(request.param)
    sample = Sample(request.param, unpack(request.param, folder), folder / "state")
    sample.project.make("nightly")
    yield sample
    sample.project.make("down")
