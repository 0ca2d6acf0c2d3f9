"""Every column and measure that the dashboards ask for is in the marts that a night has published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.dashboards import assets, datasets, fit
from include.dashboards.pages import load_pages
from include.operations.doctor.dashboards import look_at_dashboards
from include.platform import database
from include.platform.settings import Settings
from tests.publication.clients import connected

DATASETS = sorted(
    name.removeprefix(fit.FOLDER).removesuffix(".yaml")
    for name in assets.make("postgresql://").files
    if name.startswith(fit.FOLDER)
)


@pytest.fixture(scope="module")
def reader(programme: Settings) -> Iterator[sa.Connection]:
    engine = sa.create_engine(database.url(programme, "bi_reader"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def answers(reader: sa.Connection) -> dict[str, str]:
    return dict(fit.misfits(reader))


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_is_answered(name: str, answers: dict[str, str]) -> None:
    assert name not in answers, answers[name]


def test_a_dataset_that_the_marts_do_not_answer_is_named(
    reader: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = datasets.Dataset.sql
    monkeypatch.setattr(
        datasets.Dataset, "sql", lambda self, language: known(self, language).replace("marts.fct_result", "marts.gone")
    )
    refused = dict(fit.misfits(reader, ("es",)))
    assert {"results_es", "volume_spread_es"} <= refused.keys() and "figures_es" not in refused
    assert 'relation "marts.gone" does not exist' in refused["results_es"]


def test_the_doctor_says_nothing_of_dashboards_that_are_none(programme: Settings) -> None:
    assert list(look_at_dashboards(programme, has_database=True)) == []


def test_a_reader_learns_when_marts_were_switched_last(programme: Settings, reader: sa.Connection) -> None:
    """By which each answer to a page tells of which publication it is."""
    with database.connected(programme, "loader") as connection:
        last = connection.scalar(sa.text("select max(published_at) from ops.night"))
    assert last is not None and reader.scalar(sa.text("select access.published_at()")) == last


#: Tables in which a period has many rows of every indicator, by the alias that datasets give them.
LARGE = ("fct_result placed", "result_summary placed", "counted_row placed")


def _plans() -> Iterator[tuple[str, str]]:
    """Tile -> what it asks of one of the large tables, as its page opens."""
    for page in load_pages().values():
        for tile in page.tiles:
            sql = tile.dataset.sql("es").replace("{figure_link}", "''")
            if any(f"marts.{table.replace(' ', ' as ')}" in sql for table in LARGE):
                measures = ", ".join(measure.sql for measure in tile.measures)
                chosen = ["period = '2025-S2'", "scope = 'Programa'", *([f"({tile.condition})"] * bool(tile.condition))]
                yield tile.name, f"explain select {measures} from ({sql}) as asked where {' and '.join(chosen)}"


@pytest.mark.parametrize(("tile", "question"), _plans())
def test_an_index_finds_the_rows_of_a_tiles_indicators(tile: str, question: str, reader: sa.Connection) -> None:
    """Not all rows of the period are read, which are those of every indicator."""
    if tile.startswith("its_rows"):  # of the indicator that is chosen
        question += " and indicator = 'Mipymes capacitadas'"
    reader.exec_driver_sql("set enable_seqscan = off")  # on few rows it would be quicker
    plan = [str(line).strip() for line in reader.exec_driver_sql(question.replace("%", "%%")).scalars()]
    reader.exec_driver_sql("reset enable_seqscan")
    places = [number for number, line in enumerate(plan) if any(f"on {table}" in line for table in LARGE)]
    assert places, plan
    for place in places:
        said = next(line for line in plan[place:] if line.startswith("Index Cond"))
        assert "period" in said and "kpi" in said, said


def test_rows_behind_a_figure_are_those_of_the_mart(reader: sa.Connection) -> None:
    """Which the page reads in another way, for its speed."""
    columns = "period, scope_type, scope_code, kpi, file_name, row_number, enterprise_key, contribution"
    ours = f"select {columns} from ({datasets.load_datasets()['evidence'].sql('es')}) as asked"
    theirs = f"select {columns} from marts.kpi_evidence"
    count = "select count(*), count(distinct scope_type) from"
    assert reader.exec_driver_sql(f"{count} ({theirs}) as mart").one()[1] == 5
    for left, right in ((ours, theirs), (theirs, ours)):
        more = f"{count} ({left} except all {right}) as more"
        assert reader.exec_driver_sql(more.replace("%", "%%")).one() == (0, 0)


#: Nights of all three ways to begin one, in the order in which they publish, which is not that of their names.
NIGHTS = ("scheduled__2026-02-20T06:00:00+00:00", "triggered__2026-02-20T09:00:00+00:00", "command-20260220T100000")


def test_the_last_night_is_the_one_that_published_last(programme: Settings) -> None:
    """By its moment: the names of nights that were scheduled, triggered and commanded do not sort by time."""
    files = assets.make("postgresql://").files.items()
    queries = [content["sql"] for name, content in files if name.startswith(f"{fit.FOLDER}changes")]
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
