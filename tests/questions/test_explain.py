"""The trail of a figure, as the monitoring officer reads it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import openpyxl
import psycopg
import pytest
import sqlalchemy as sa
from rich.console import Console

from include.__main__ import main
from include.platform import database
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage7_outputs.figures.explain import explain
from include.stage7_outputs.figures.explain_changes import explain_day, explain_since


def _told(settings: Settings, kpi: str, scope: str, period: str, rows: int = 60) -> str:
    console = Console(file=io.StringIO(), width=220, no_color=True)
    explain(settings, kpi, scope, period, rows=rows, console=console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@contextmanager
def _named(settings: Settings, submission_id: str, file_name: str) -> Iterator[None]:
    """The delivery under another name for a while."""
    engine = database.engine(settings, "loader")
    name = sa.text("update ops.submission set file_name = :name where submission_id = :id")
    with engine.begin() as connection:
        before = connection.scalar(
            sa.text("select file_name from ops.submission where submission_id = :id"), {"id": submission_id}
        )
        connection.execute(name, {"name": file_name, "id": submission_id})
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(name, {"name": before, "id": submission_id})
        engine.dispose()


def test_the_officer_reads_the_partners_own_name_of_a_file(programme: Settings) -> None:
    """Which marts may not show: it may be a person's."""
    with _named(programme, "PE-09-0005", "Informe de Juana Quispe.xlsx"):
        assert "Informe de Juana Quispe.xlsx" in _told(programme, "green_jobs", "country:PE", "2025-S2")


def test_the_trail_ends_in_the_cells_of_the_file(programme: Settings) -> None:
    told = _told(programme, "green_jobs", "country:PE", "2025-S2")
    assert "in people" in told
    assert re.search(r"\d+ rows add up to 40; the figure is 40\.", told)
    engine = database.engine(programme)
    with engine.connect() as connection:
        row = connection.execute(
            sa.text("""
            select e.submission_id, e.file_name, e.row_number, j.current_headcount,
                r.column_letters ->> 'current_headcount' as letter
            from marts.kpi_evidence as e
            inner join raw.jobs as j on j.submission_id = e.submission_id and j.row_number = e.row_number
            inner join ops.sheet_reading as r on r.submission_id = e.submission_id and r.sheet = 'jobs'
            where e.scope_code = 'PE' and e.period = '2025-S2' and e.kpi = 'green_jobs'
            order by e.contribution desc, 1, 3 limit 1
            """)
        ).one()
    engine.dispose()
    assert row.file_name in told
    assert f"{row.letter}{row.row_number} current_headcount = {row.current_headcount}" in told


_CELL = re.compile(r"\b([A-Z]+)(\d+) (\w+) = (.*?)(?=; [A-Z]+\d+ |$)")


@pytest.mark.parametrize(
    ("kpi", "scope"),
    [
        ("msmes_trained", "country:PE"),
        ("msmes_practices", "programme"),
        ("green_jobs_fte", "programme"),
        ("msmes_standards", "programme"),
        ("volume_change_real_eur", "programme"),
    ],
)
def test_every_cell_shown_stands_in_the_archived_file(programme: Settings, kpi: str, scope: str) -> None:
    """Opened with another library than the pipeline's."""
    console = Console(file=io.StringIO(), width=2000, no_color=True)
    explain(programme, kpi, scope, rows=1000, console=console)
    told = console.file.getvalue().split("The rows behind it")[1]  # type: ignore[attr-defined]
    engine = database.engine(programme, "me_officer")
    with engine.connect() as connection:
        archived = dict(
            connection.execute(sa.text("select submission_id, archive_path from ops.submission")).tuples().all()
        )
    engine.dispose()
    books: dict[str, openpyxl.Workbook] = {}
    compared = 0
    for line in told.splitlines():
        columns = [column.strip() for column in line.split("│")[1:-1]]
        path = programme.archive / archived[columns[0]] if columns and columns[0] in archived else None
        if path is None or path.suffix != ".xlsx":
            continue
        book = books.setdefault(columns[0], openpyxl.load_workbook(path, data_only=True))
        for letter, number, _, shown in _CELL.findall(columns[-1]):
            assert _same(book[columns[1]][f"{letter}{number}"].value, shown), (line, letter, number)
            compared += 1
    assert compared > 50


def _same(value: object, shown: str) -> bool:
    """Whether a cell's value is what is shown: numbers by size, dates by day, texts but for blanks around them."""
    if isinstance(value, datetime):
        return value.date().isoformat() == shown
    try:
        return Decimal(str(value)) == Decimal(shown)
    except InvalidOperation:
        return str(value).strip() == shown.strip()


def test_the_commands_print_a_trail_and_a_login(
    programme: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**programme.environment(), "AS_OF": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KPI", "green_jobs")
    monkeypatch.setenv("SCOPE", "country:PE")
    assert main(["explain"]) == 0
    printed = capsys.readouterr().out
    assert "green_jobs of country:PE at the end of 2025-S2, in people" in printed
    assert "add up to 40; the figure is 40." in printed
    monkeypatch.setenv("SCOPE", "PE")
    assert main(["explain"]) == 2
    assert "such as country:PE, not 'PE'" in capsys.readouterr().err
    monkeypatch.setenv("COUNTRY", "CO")
    monkeypatch.setenv("LOGIN", "bogota")
    assert main(["grant-country"]) == 0
    address = capsys.readouterr().out.strip()
    with psycopg.connect(address) as connection:
        assert connection.execute("select project_code from marts.dim_project").fetchall() == [("CO-01",)]
    assert main(["revoke-country"]) == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_every_indicator_has_a_trail(programme: Settings) -> None:
    engine = database.engine(programme, "me_officer")
    with engine.connect() as connection:
        figures = connection.execute(
            sa.text("""
            select distinct on (kpi, scope_type) kpi, scope_type, scope_code, unique_value from marts.kpi_headline
            where period = '2025-S2' and unique_value is not null order by 1, 2, unique_value desc
            """)
        ).all()
    engine.dispose()
    assert len(figures) == 17 * 5
    for figure in figures:
        scope = figure.scope_type if figure.scope_code == "all" else f"{figure.scope_type}:{figure.scope_code}"
        said = re.search(
            r"add up to ([^;]+); the figure is (\S+)\.\n", _told(programme, figure.kpi, scope, "2025-S2", 3)
        )
        assert said, figure
        assert said[1] == said[2], figure


def test_a_value_is_shown_as_received(programme: Settings) -> None:
    """Where what was read differs from what stands in the cell, the partner's own text is shown."""
    engine = database.engine(programme, "me_officer")
    with engine.connect() as connection:
        code, row = connection.execute(
            sa.text("""
            select s.submission_id, r.row_number from restricted.row_as_received as r
            inner join marts.fct_submission as s using (submission_id)
            where s.is_valid and r.sheet = 'practices' limit 1
            """)
        ).one()
    engine.dispose()
    administrator = database.engine(programme)
    with administrator.connect() as connection, connection.begin() as transaction:
        connection.execute(
            sa.text(
                'update raw.practices set received = \'{"unit": " m3 "}\' where (submission_id, row_number) = (:s, :r)'
            ),
            {"s": code, "r": row},
        )
        shown = connection.scalar(
            sa.text("""
            select cell_values ->> 'unit' from restricted.row_as_received
            where submission_id = :s and sheet = 'practices' and row_number = :r
            """),
            {"s": code, "r": row},
        )
        transaction.rollback()
    administrator.dispose()
    assert shown == " m3 "


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        (("green_job", "programme", "2025-S2"), "no indicator 'green_job'"),
        (("green_jobs", "programme", "2031-S1"), "no period '2031-S1'"),
        (("green_jobs", "country:XX", "2025-S2"), "no scope 'country:XX'"),
        (("green_jobs", "country", "2025-S2"), "SCOPE has to be programme, or a type and a code"),
        (("green_jobs", "programme:PE", "2025-S2"), "SCOPE has to be programme, or a type and a code"),
        (("green_jobs", "project:CO-01", "2024-S1"), "no such figure"),
    ],
)
def test_what_there_is_none_of_is_named(programme: Settings, figure: tuple[str, str, str], reason: str) -> None:
    with pytest.raises(PlatformError, match=reason):
        explain(programme, *figure)


@contextmanager
def _another_past(settings: Settings) -> Iterator[tuple[sa.Row, sa.Row]]:
    """Before the programme's night one row of its green jobs did not count, another had 100 more; yields both."""
    engine = database.engine(settings, "transformer")
    figure = "kpi = 'green_jobs' and period = '2025-S2'"
    stretch = "'before', 'programme', date '2025-12-01', from_as_of"
    names = "period, scope_type, scope_code, kpi, unit, claimed, valid, unique_value, evidenced"
    with engine.begin() as connection:
        counted = connection.execute(
            sa.text(f"select * from marts.counted_row where {figure} and counts_in_programme order by 3, 4 limit 2")
        ).all()
        first, second = counted
        for statement in (
            f"""
            insert into marts.kpi_headline_history ({names}, from_night, until_night, from_as_of, until_as_of)
            select {names.replace("unique_value", "unique_value - :all")}, {stretch}
            from marts.kpi_headline_history where {figure} and scope_type = 'programme' and until_night is null
            """,
            f"""
            insert into marts.counted_row_ended (
                period, project_code, from_night, until_night, from_as_of, until_as_of, stood
            )
            select period, project_code, {stretch}, (
                select jsonb_object_agg(cells.key, jsonb_build_array(cells.value))
                from jsonb_each(to_jsonb(counted) || jsonb_build_object('contribution', contribution + 100)) as cells
            )
            from marts.counted_row as counted
            where {figure} and submission_id = :id and row_number = :row
            """,
            """
            insert into marts.figure_change values
            ('2025-S2', 'programme', 'all', 'green_jobs', 'programme', '2026-02-20', 'correction', :id, :project,
            0, 0, :all, 0, 2)
            """,
            "update marts.figure_change set as_of = as_of - 80 where cause = 'first'",
        ):
            values = {"all": first.contribution - 100, "id": second.submission_id, "row": second.row_number}
            connection.execute(sa.text(statement), {**values, "project": second.project_code})
    try:
        yield first, second
    finally:
        with engine.begin() as connection:
            for table in ("kpi_headline_history", "counted_row_ended"):
                connection.execute(sa.text(f"delete from marts.{table} where from_night = 'before'"))
            connection.execute(sa.text("delete from marts.figure_change where cause = 'correction'"))
            connection.execute(sa.text("update marts.figure_change set as_of = as_of + 80"))
        engine.dispose()


def _told_by(explaining: Callable, settings: Settings, day: str, **asked: str) -> str:
    console = Console(file=io.StringIO(), width=250, no_color=True)
    figure = {"kpi": "green_jobs", "scope": "programme", "period": "2025-S2", **asked}
    explaining(settings, *figure.values(), date.fromisoformat(day), console=console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_figure_as_it_stood_on_a_day(programme: Settings) -> None:
    with _another_past(programme) as (first, second):
        told = _told_by(explain_day, programme, "2026-01-31")
        assert "as it stood on 2026-01-31 (from 2025-12-01 until 2026-02-20)" in told
        assert re.search(rf"{second.submission_id} .* {second.row_number} .* {second.contribution + 100:,.0f} ", told)
        assert told.count(f"│ {first.submission_id} ") == 2 * (first.submission_id == second.submission_id)


def test_why_a_figure_is_another_one_since(programme: Settings) -> None:
    with _another_past(programme) as (first, second):
        told = _told_by(explain_since, programme, "2025-12-24")
        engine = database.engine(programme)
        with engine.connect() as connection:
            query = "select unique_value from marts.kpi_headline_on('2030-01-01') where "
            now = connection.scalar(sa.text(query + "kpi = 'green_jobs' and period = '2025-S2' and scope_code = 'all'"))
        engine.dispose()
        difference = first.contribution - 100
        once = re.search(r"each enterprise once +│ +(\S+) │ +(\S+) │ +(\S+) ", told)
        assert once and once.groups() == (f"{now - difference:,.0f}", f"{now:,.0f}", f"{difference:+,.0f}")
        assert re.search(
            rf"2026-02-20 │ a delivery corrected or withdrawn +│ {second.submission_id} │ .*{difference:+,.0f} ", told
        )
        assert re.search(rf"│ together +│( +│)* +\+0 │ +\+0 │ +{difference:+,.0f} │ +\+0 │", told)
        old, new = second.contribution + 100, second.contribution
        assert re.search(
            rf"{second.submission_id} │ \S+ +│ {second.row_number} .*changed │ +{old:,.0f} │ +{new:,.0f} ", told
        )
        assert re.search(
            rf"{first.submission_id} │ \S+ +│ {first.row_number} .*came │ +– │ +{first.contribution:,.0f} ", told
        )


def test_a_figure_that_has_not_changed_says_so(programme: Settings) -> None:
    assert "Nothing of it has changed since." in _told_by(explain_since, programme, "2026-02-20")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"AT": "2026-02-19"},
            "Figures are kept since 2026-02-20, the day of the first night: there are none of 2026-02-19.",
        ),
        ({"SINCE": "2026-02-31"}, "SINCE has to be a date such as 2025-03-01, not '2026-02-31'."),
        ({"AT": "2026-02-20", "SINCE": "2026-02-20"}, "Give either AT"),
        ({"AS_OF": "2026-02-20"}, "explain knows no AS_OF: AT=2026-02-20 shows"),
        ({"AT": "2026-02-20", "PERIOD": "2031-S1"}, "There was no period '2031-S1' on 2026-02-20."),
        ({"SINCE": "2026-02-20", "SCOPE": "country:XX"}, "There was no scope 'country:XX' on 2026-02-20."),
    ],
)
def test_a_past_that_is_not_known_is_one_sentence(
    programme: Settings,
    variables: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {**programme.environment(), "AS_OF": "", "KPI": "green_jobs", **variables}.items():
        monkeypatch.setenv(name, value)
    assert main(["explain"]) == 2
    told = capsys.readouterr()
    assert said in told.err and len(told.err.splitlines()) == 1 and not told.out
