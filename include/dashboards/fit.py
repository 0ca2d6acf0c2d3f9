"""Whether the datasets of the dashboards are answered by the marts that stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from include.contract.locales import LANGUAGES
from include.dashboards import assets

FOLDER = "datasets/warehouse/"


def misfits(connection: sa.Connection, languages: Iterable[str] = LANGUAGES) -> Iterator[tuple[str, str]]:
    """Datasets that a reader's connection refuses, asked for all their columns and measures, each with what it says.

    The connection has to commit by itself: a refusal would end its transaction.
    """
    endings = tuple(f"_{language}.yaml" for language in languages)
    for name, content in assets.make("postgresql://").files.items():
        if not (name.startswith(FOLDER) and name.endswith(endings)):
            continue
        columns = [f'"{column["column_name"]}"' for column in content["columns"]]
        measures = [metric["expression"] for metric in content["metrics"]] or ["count(*)"]
        for asked in (columns, measures):
            rows = f"select * from ({content['sql']}) as dataset where false"
            try:
                connection.exec_driver_sql(f"select {', '.join(asked)} from ({rows}) as asked".replace("%", "%%"))
            except sa.exc.DBAPIError as refused:
                yield name.removeprefix(FOLDER).removesuffix(".yaml"), str(refused.orig)
                break
