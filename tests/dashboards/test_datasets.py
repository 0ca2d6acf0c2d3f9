"""Every column and measure that the dashboards ask for is in the marts that a night has published."""

from __future__ import annotations

import pytest

from include.dashboards import assets
from include.platform.settings import Settings
from tests.publication.clients import connected

DATASETS = {
    name: content
    for name, content in assets.make("postgresql+psycopg2://127.0.0.1:5432/warehouse").files.items()
    if name.startswith("datasets/")
}


@pytest.fixture(scope="module")
def answers(programme: Settings) -> dict[str, str]:
    """Each dataset -> what a reader's connection says against it, asked for all of its columns and measures."""
    said: dict[str, str] = {}
    with connected(programme, "bi_reader") as reader:
        for name, content in DATASETS.items():
            columns = [column.get("expression") or f'"{column["column_name"]}"' for column in content["columns"]]
            measures = [metric["expression"] for metric in content["metrics"]] or ["count(*)"]
            for asked in (columns, measures):
                rows = f"select * from ({content['sql']}) as dataset where false"
                try:
                    reader.execute(f"select {', '.join(asked)} from ({rows}) as asked".replace("%", "%%"))
                except Exception as error:  # each says its own
                    said[name] = str(error)
    return said


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_a_dataset_is_answered(name: str, answers: dict[str, str]) -> None:
    assert name not in answers, answers[name]


#: Nights of all three ways to begin one, in the order in which they publish, which is not that of their names.
NIGHTS = ("scheduled__2026-02-20T06:00:00+00:00", "triggered__2026-02-20T09:00:00+00:00", "command-20260220T100000")


def test_the_last_night_is_the_one_that_published_last(programme: Settings) -> None:
    """By its moment: the names of nights that were scheduled, triggered and commanded do not sort by time."""
    queries = [content["sql"] for name, content in DATASETS.items() if "changes" in name]
    change = """
        insert into marts.figure_change (
            period, scope_type, scope_code, kpi, night_id, as_of, cause, difference_claimed, difference_valid,
            difference_unique, difference_evidenced, "rows", published_at
        )
        values ('2025-S2', 'country', 'PE', 'green_jobs', %s, '2026-02-20', 'rule', 0, 1, 1, 0, 1, now() + %s)
    """
    assert max(NIGHTS) != NIGHTS[-1]
    with connected(programme, "administrator") as client, client.transaction(force_rollback=True):
        for hours, night in enumerate(NIGHTS):
            client.execute(change, [night, f"{hours + 1} hours"])
        assert len(queries) == 3
        for query in queries:
            last = f"select distinct night_id from ({query}) as dataset where is_last_night"
            assert client.execute(last.replace("%", "%%")).fetchall() == [(NIGHTS[-1],)]
