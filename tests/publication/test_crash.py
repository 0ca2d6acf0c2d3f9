"""The server is killed between the build and the switch: candidates are unlogged, and nothing of them is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.nightly import publish
from include.nightly.in_process import run_again
from include.platform import database, postgres
from include.platform.settings import Settings
from include.stage6_publication.promote import CandidatesLost, promote
from tests.equality.tables import contents
from tests.faults.killing import kill_postmaster
from tests.publication.clients import rows
from tests.shared import copied


def test_emptied_candidates_are_never_published(made_programme: Settings, tmp_path: Path) -> None:
    settings = copied(made_programme, tmp_path)
    try:
        with database.opened(settings, "transformer") as engine, engine.connect() as connection:
            before = contents(connection, ("marts", "restricted"))
        kill_postmaster(settings)
        postgres.ensure_running(settings)
        counted = "select count(*) from candidate_marts.counted_row"
        assert rows(settings, "transformer", counted) == [(0,)]
        with database.opened(settings, "transformer") as engine, pytest.raises(CandidatesLost, match="built again"):
            promote(engine)
        run_again(settings, (publish.reconcile_declared_totals,))  # which nothing but candidates can be compared with
        assert rows(settings, "transformer", counted) > [(0,)]
        kill_postmaster(settings)
        postgres.ensure_running(settings)
        run_again(settings, (publish.switch_marts,))
        with database.opened(settings, "transformer") as engine, engine.connect() as connection:
            assert contents(connection, ("marts", "restricted")) == before
        assert rows(settings, "transformer", counted) > [(0,)]
    finally:
        postgres.stop(settings)
