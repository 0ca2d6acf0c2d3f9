"""Nights through Airflow over the sample programmes, compared with what a correct pipeline makes of them."""

from __future__ import annotations

from tests.end_to_end.comparison import differences
from tests.samples import Sample


def test_the_night_comes_out_as_expected(sample: Sample) -> None:
    assert differences(sample.project.engine(), sample.programme / "expected") == []


def test_a_second_night_takes_nothing_and_changes_nothing(sample: Sample) -> None:
    project = sample.project
    marts, ledger = project.marts(), project.rows("select s::text from ops.submission as s order by 1")
    assert len(marts) > 15 and len(ledger) > 20
    project.make("nightly")
    assert project.rows("select s::text from ops.submission as s order by 1") == ledger
    assert project.marts() == marts
    assert project.rows("select status, count(*) from ops.night group by 1") == [("succeeded", 2)]
