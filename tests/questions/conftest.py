"""The small demonstration programme, taken through a night's stages in this process and published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.demonstration import write_programme
from include.platform import database
from include.platform.settings import Settings
from include.stage1_registry.night import begin_night
from include.stage2_landing.land import land
from include.stage3_reading.batches import plan_batches, read_batch
from include.stage4_validation import validate
from include.stage5_transformation import dbt
from include.stage6_publication.promote import promote

AS_OF = date(2026, 2, 20)


@pytest.fixture(scope="session")
def programme(settings: Settings) -> Settings:
    """The session's warehouse after one night on the small programme."""
    settings = replace(settings, as_of=AS_OF)
    write_programme(Path(settings.inbox), settings.registry, "small")
    dbt.ensure_seeds(settings)
    begin_night(settings, "questions")
    loader = database.engine(settings, "loader")
    land(loader, settings.archive, "questions")
    for batch in plan_batches(loader):
        read_batch(settings, batch)
    validate.prepare(loader)
    validate.judge(loader, settings.reports / "data_docs" / "questions")
    validate.conclude(loader)
    loader.dispose()
    dbt.build(settings)
    transformer = database.engine(settings, "transformer")
    promote(transformer)
    transformer.dispose()
    return settings


@pytest.fixture
def reader(programme: Settings) -> Iterator[sa.Engine]:
    """An engine as the role of BI tools."""
    engine = database.engine(programme, "bi_reader")
    yield engine
    engine.dispose()
