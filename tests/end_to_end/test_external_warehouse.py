"""A night on a PostgreSQL of somebody else's, as sample ``hostile`` has it: its figures are those of ``expected``.

They are compared by ``test_samples.py``, as those of ``peru`` are, which is on the embedded server.
"""

from __future__ import annotations

import pytest

from tests.samples import Sample

pytestmark = pytest.mark.parametrize("sample", ["hostile"], indirect=True)


def test_there_is_no_embedded_server_beside_it(sample: Sample) -> None:
    assert sample.server is not None and not sample.settings.postgres.exists()
    databases = {name for (name,) in sample.project.rows("select datname from pg_database")}
    assert {"warehouse", "warehouse_airflow"} <= databases


def test_its_night_is_reproduced_there(sample: Sample) -> None:
    before = sample.project.rows("select datname from pg_database order by 1")
    done = sample.project.make("reproduce", AT="2025-03-01")
    assert done.stdout.splitlines()[-1].startswith("EQUAL: the night "), done.stdout
    assert sample.project.rows("select datname from pg_database order by 1") == before


def test_readers_are_let_in_there(sample: Sample) -> None:
    assert sample.project.rows("select current_database()", "bi_reader") == [("warehouse",)]
    assert sample.project.rows("select count(*) > 0 from marts.kpi_headline", "bi_reader") == [(True,)]
