"""The demonstration never meets a registry, an inbox or a warehouse of somebody else's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.commands.inputs import check_inputs
from include.demonstration import place
from include.platform import database, nights, postgres
from include.platform.errors import UsageError
from include.platform.settings import Settings
from tests.conftest import make_settings


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = make_settings(tmp_path_factory.mktemp("place") / "state")
    yield settings
    postgres.stop(settings)


@pytest.fixture
def own(server: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A STATE after ``make demo``, of which the writing of 400 workbooks is left out."""

    def write_programme(inbox: Path, registry: Path, size: str) -> None:
        _put(inbox / "PE-01" / "report.xlsx")
        _put(registry / "projects.csv")

    monkeypatch.setattr(place, "write_programme", write_programme)
    _check(server)
    place.write(server, "small")
    _night(server, "demonstration", server.registry)
    yield server
    for folder in (server.demonstration, server.registry, Path(server.inbox)):
        shutil.rmtree(folder)
    engine = database.engine(server)
    with engine.begin() as connection:
        connection.execute(sa.text("delete from ops.night"))
    engine.dispose()


def _check(settings: Settings) -> None:
    """As ``make demo`` does before it writes."""
    place.check_folders(settings)
    place.check_warehouse(settings)


def _put(path: Path, text: str = "made up") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _night(settings: Settings, night_id: str, registry: Path, reason: str | None = None) -> None:
    engine = database.engine(settings, "loader")
    nights.open_night(engine, night_id, date(2026, 2, 20), settings.inbox, str(registry))
    nights.close_night(engine, night_id, "failed" if reason else "succeeded", reason)
    engine.dispose()


def test_it_can_be_repeated_and_used_for_another_night(own: Settings) -> None:
    assert place.is_demonstration(own)
    check_inputs(own)
    _check(own)
    place.write(own, "small")
    _check(own)


def test_one_that_was_interrupted_while_it_wrote_can_be_repeated(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(inbox: Path, registry: Path, size: str) -> None:
        _put(registry / "projects.csv", "half")
        raise KeyboardInterrupt

    monkeypatch.setattr(place, "write_programme", interrupted)
    with pytest.raises(KeyboardInterrupt):
        place.write(own, "small")
    _check(own)


def test_its_registry_is_refused_where_the_offices_was_ever_used(own: Settings, tmp_path: Path) -> None:
    office = replace(own, registry=tmp_path / "office")
    _put(office.registry / "projects.csv", "real")
    check_inputs(office)
    _night(office, "stopped", office.registry, "ingest.load_registry: the registry has 1 fault(s)")
    check_inputs(own)  # nothing of it was taken
    _night(office, "real", office.registry)
    for forgotten in (_check, check_inputs):
        with pytest.raises(UsageError, match=r"has known no other, and this one has \(night real on .*office\)"):
            forgotten(own)
    check_inputs(office)


def test_nothing_of_the_offices_or_a_partners_is_written_over(own: Settings) -> None:
    _put(own.registry / "projects.csv", "real")
    assert not place.is_demonstration(own)
    check_inputs(own)  # an office may keep its registry there
    with pytest.raises(UsageError, match="holds a registry that the demonstration did not write"):
        _check(own)


def test_an_inbox_with_files_of_others_is_left_alone(own: Settings, tmp_path: Path) -> None:
    _put(tmp_path / "inbox" / "PE-01" / "real.xlsx")
    with pytest.raises(UsageError, match="holds files that the demonstration did not write"):
        _check(replace(own, inbox=str(tmp_path / "inbox")))


def test_a_warehouse_with_nights_that_no_demonstration_ran_is_refused(own: Settings) -> None:
    (own.demonstration / "written.json").unlink()
    shutil.rmtree(own.registry)
    shutil.rmtree(own.inbox)
    with pytest.raises(UsageError, match="has known no other"):
        _check(own)
    own.registry.mkdir()
    Path(own.inbox).mkdir()


def test_a_state_brought_back_elsewhere_knows_its_demonstration(own: Settings, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    for folder in (own.demonstration, own.registry):
        shutil.copytree(folder, moved / folder.name)
    elsewhere = replace(make_settings(moved), warehouse_url=None)
    record = place._record(elsewhere)
    assert record is not None and str(own.registry) in record["registries"]
    assert place.is_demonstration(elsewhere)
