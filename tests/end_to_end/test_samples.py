"""Nights through Airflow over the sample programmes, compared with what a correct pipeline makes of them."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from tests.end_to_end.comparison import differences
from tests.keys import lost_keys
from tests.samples import Sample


def test_the_night_comes_out_as_expected(sample: Sample) -> None:
    assert differences(sample.project.engine(), sample.programme / "expected") == []


def test_every_key_leads_to_the_enterprise(sample: Sample) -> None:
    engine = sample.project.engine()
    with engine.connect() as connection:
        assert lost_keys(connection) == []
        former = sa.text("select count(*) from marts.dim_enterprise where not is_current_key")
        assert connection.scalar(former), "nobody's tax id came later"
    engine.dispose()


def test_a_second_night_takes_nothing_and_changes_nothing(sample: Sample) -> None:
    project = sample.project
    marts, ledger = project.marts(), project.rows("select s::text from ops.submission as s order by 1")
    assert len(marts) > 15 and len(ledger) > 20
    said = project.make("nightly").stdout
    assert project.rows("select s::text from ops.submission as s order by 1") == ledger
    assert project.marts() == marts
    assert project.rows("select status, count(*) from ops.night group by 1") == [("succeeded", 2)]
    assert "Nothing new was in the inbox." in said and "Figures of the programme: none changed." in said


def test_each_night_leaves_its_report(sample: Sample) -> None:
    """What it says of deliveries, returns and findings is what a correct pipeline makes of them."""
    ((status, said, facts),) = sample.rows("select status, said, facts from ops.night_report order by night_id limit 1")
    deliveries = sample.expected("submission")
    assert status == "succeeded" and len(said.splitlines()) <= 10
    assert f"Taken: {len(deliveries)} of {len({row['project_code'] for row in deliveries})} projects" in said
    assert facts["statuses"] == Counter(row["status"] for row in deliveries)
    assert facts["returned"] == Counter(row["project_code"] for row in deliveries if row["status"] == "returned")
    waived = Counter(rule for (rule,) in sample.rows("select rule from ops.finding where waived"))
    expected = Counter(row["rule"] for row in sample.expected("finding"))  # without consequences and totals
    assert Counter({rule: facts["findings"].get(rule, 0) for rule in expected}) + waived == expected
    new = [row for row in sample.expected("kpi_headline") if row["unique_value"]]  # an empty figure is none
    assert facts["new_figures"] == len(new) and not facts["changes"]
    kept = "select count(*) from marts.kpi_headline_history where unique_value is not null"
    assert sample.rows(kept, role="transformer") >= [(len(new),)]
