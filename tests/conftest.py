"""Fixtures every test folder may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from include.platform import configuration, database, postgres, schema
from include.platform.settings import Settings
from tests import parts, shared
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


@contextmanager
def own_warehouse(folder: Path) -> Iterator[Settings]:
    """A prepared warehouse below ``folder`` on an embedded server of its own, in which nothing was ever built."""
    settings = make_settings(folder / "state")
    try:
        schema.prepare(settings)
        yield settings
    finally:
        postgres.stop(settings)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The warehouse that tests of this session share, which leave nothing of theirs in it that others could meet."""
    with own_warehouse(tmp_path_factory.mktemp("warehouse")) as settings:
        yield settings


@pytest.fixture
def loader(settings: Settings) -> Iterator[sa.Engine]:
    """An engine on the session's warehouse as the role that loads it."""
    engine = database.engine(settings, "loader")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def made_programme(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse after one night on the small demonstration programme, as of PROGRAMME_AS_OF; only to be copied."""
    from include.demonstration import write_programme
    from include.nightly.in_process import run_night

    def make(settings: Settings) -> None:
        write_programme(Path(settings.inbox), settings.registry, "small")
        run_night(settings, "programme")

    folder = shared.folder_of_all(tmp_path_factory, "programme")
    places = {"inbox": str(folder / "inbox"), "registry": folder / "registry"}
    return shared.made_once(make_settings(folder / "state", as_of=PROGRAMME_AS_OF, **places), make)


@pytest.fixture(scope="session")
def programme(made_programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The warehouse of the small programme; tests leave it as they found it, or take a copy."""
    settings = shared.copied(made_programme, tmp_path_factory.mktemp("programme"))
    yield settings
    postgres.stop(settings)


@pytest.fixture(scope="session", params=["peru", "hostile"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """A sample programme after its first night; tests leave it as they found it, or take a copy.

    That of ``hostile`` is on a PostgreSQL of somebody else's.
    """
    if not SAMPLES.exists():
        pytest.skip("the sample programmes are not beside the project")
    folder = tmp_path_factory.mktemp(request.param)
    server = make_settings(folder / "server") if request.param == "hostile" else None
    if server:
        postgres.ensure_running(server)
    sample = Sample(request.param, unpack(request.param, folder), folder / "state", server)
    sample.project.make("nightly")
    yield sample
    sample.project.make("down")
    if server:
        postgres.stop(server)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=parts.PARTS, help="only the tests of a part (tests/parts.py)")


def pytest_configure(config: pytest.Config) -> None:
    """The part without a database has none."""
    if config.getoption("--part") == "unit":

        def refuse(settings: Settings) -> None:
            raise AssertionError("a unit test starts a database: name its file in tests/parts.py")

        postgres.ensure_running = refuse


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is of other parts; where several processes run, keep together what shares something."""
    if wanted := config.getoption("--part"):
        others = [item for item in items if parts.part_of(item) != wanted]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if parts.part_of(item) == wanted]
    if shared.WORKER in os.environ:
        items.sort(key=lambda item: parts.turn_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What shares a warehouse is run by one process. (xdist's own groups do nothing with this pytest.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return parts.group_of(nodeid)

    return ByGroup(config, log)
