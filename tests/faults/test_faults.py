"""The faults at chosen instants; ``make faults`` tries them at random ones, and nights that meet."""

from __future__ import annotations

import time

import pytest

from include.platform import postgres
from tests.faults.disk import NotAllowed, full_disk
from tests.faults.killing import kill_postmaster, terminate
from tests.faults.trial import Base


def test_a_night_of_many_faults(base: Base) -> None:
    """The server is killed while files are read, sessions are cut while rows are judged, the night dies building."""
    with base.trial("many") as trial, trial.watched():
        victim = trial.begin("unlucky")
        assert victim.wait_for("read_batch")
        kill_postmaster(trial.settings)
        postgres.ensure_running(trial.settings)
        assert victim.wait_for("judge_rows"), victim.end()
        terminate(trial.settings)
        assert victim.wait_for("build_candidates"), victim.end()
        time.sleep(base.durations["build_candidates"] / 2)
        victim.kill()
        trial.rerun()
        assert trial.differences() == []
        assert [status for _, status, _ in trial.nights()] == ["succeeded", "abandoned", "succeeded"]
        assert "went on from where it stood" in trial.nights()[1][2]


def test_a_full_disk_is_named_and_nothing_is_lost(base: Base) -> None:
    try:
        full_disk(base)
    except NotAllowed as reason:
        pytest.skip(str(reason))
