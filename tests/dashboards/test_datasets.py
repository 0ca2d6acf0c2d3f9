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
