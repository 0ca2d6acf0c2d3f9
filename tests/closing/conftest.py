"""A period of the small programme that is closed, and taken back afterwards: releases are for ever elsewhere."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from include.closing import package, proposal, release
from include.closing.nights import last
from include.platform import database
from include.platform.settings import Settings

PERIOD, RELEASE = "2025-S2", "2025-S2/1"
#: What a person answers with.
ANA, LUIS = (release.Answer(name, True, datetime(2026, 2, 21, 9, 30, tzinfo=UTC)) for name in ("ana", "luis"))


@pytest.fixture(scope="module")
def office(programme: Settings) -> Iterator[Settings]:
    """The programme where ana may propose, and luis or ana sign."""
    settings = dataclasses.replace(programme, closers=("ana",), signers=("luis", "ana"))
    yield settings
    forget_releases(settings)


@pytest.fixture
def transformer(office: Settings) -> Iterator[sa.Engine]:
    """An engine as the role that closes."""
    engine = database.engine(office, "transformer")
    yield engine
    engine.dispose()


def propose(engine: sa.Engine, run_id: str, note: str | None = None) -> None:
    """Enter a proposal to close PERIOD, as the first step of the DAG does."""
    with engine.begin() as connection:
        night = last(connection)
        assert night is not None
        proposal.open_(connection, run_id, night, PERIOD, note)


@pytest.fixture
def released(office: Settings, transformer: sa.Engine) -> Iterator[str]:
    """The release of PERIOD by ana and luis."""
    propose(transformer, "first", "Every report is in: 100 %.")
    yield release.publish(office, transformer, "first", ANA, LUIS)
    forget_releases(office)


def forget_releases(settings: Settings) -> None:
    """Take everything back as the administrator, who can."""
    engine = database.engine(settings)
    with engine.begin() as connection:
        connection.execute(sa.text("delete from marts.release_figure"))
        connection.execute(sa.text("delete from marts.release"))
    engine.dispose()
    engine = database.engine(settings, "loader")
    with engine.begin() as connection:
        connection.execute(sa.text("delete from ops.closing"))
    engine.dispose()
    shutil.rmtree(settings.archive / package.FOLDER, ignore_errors=True)
