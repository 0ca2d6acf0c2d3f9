"""A night after the office has waived every rule: what comes of it, and what the waterfall said before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.platform import database, postgres
from include.platform.settings import Settings
from tests import shared
from tests.questions import spared


@pytest.fixture(scope="module")
def waived(made_programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("waived")
    copy = shared.copied(made_programme, folder)
    inbox, registry = folder / "inbox", folder / "registry"
    shutil.copytree(copy.inbox, inbox)
    shutil.copytree(copy.registry, registry)
    settings = replace(copy, inbox=str(inbox), registry=registry)
    try:
        spared.write(inbox, registry)
        run_night(settings, "waived")
        yield settings
    finally:
        postgres.stop(settings)


def test_x(waived: Settings) -> None:
    with database.connected(waived, "bi_reader") as c:
        print(c.execute(sa.text("select * from marts.kpi_headline where scope_code='CL-77' and period='2025-S2'")).all())
        print(c.execute(sa.text("select status,count(*) from marts.fct_submission where project_code='CL-77' group by 1")).all())
        print(c.execute(sa.text("select rule,waived,severity,count(*) from marts.fct_finding where project_code='CL-77' group by 1,2,3 order by 1")).all())
