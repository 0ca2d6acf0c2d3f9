"""A few of the nights that ``make equality`` runs many of."""

from __future__ import annotations

from pathlib import Path

from include.platform import postgres
from tests.conftest import make_settings
from tests.equality.sequence import Sequence
from tests.record.page import wrong_answers


def test_what_a_night_builds_in_part_equals_a_full_build(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    sequence = Sequence.begin(tmp_path, settings, seed=1)
    try:
        for share, fails, figures in ((0.7, False, False), (0.05, False, True), (0.05, True, False)):
            assert sequence.run(share=share, fails=fails, figures=figures) == [], sequence.log
        assert sequence.pass_a_day() == [], sequence.log
        assert sequence.incremental_nights and sequence.nights_sent_again, sequence.log
        assert wrong_answers(settings, sequence.audit.seen) == []
    finally:
        postgres.stop(settings)
