"""What takes from a figure, the registry's facts, other languages and files."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
import sqlalchemy as sa
from rich.console import Console

from include.__main__ import main
from include.platform import database
from include.platform.settings import Settings
from include.stage7_outputs.figures.explain import explain, write_trail
from include.stage7_outputs.figures.impact import rule_impact


def _told(settings: Settings, kpi: str, scope: str = "programme", **asked: object) -> str:
    console = Console(file=io.StringIO(), width=300, no_color=True)
    explain(settings, kpi, scope, "2025-S2", console=console, **asked)  # type: ignore[arg-type]
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_row_that_fell_is_shown_beside_the_one_that_rose(programme: Settings) -> None:
    """A cell of 3 to 0 takes from what another row of the enterprise adds, and adds nothing itself."""
    with database.connected(programme) as connection:
        row = connection.execute(
            sa.text("""
            select a.submission_id, a.row_number as rises, b.row_number as falls
            from marts.kpi_evidence as a
            inner join marts.fct_green_jobs as f using (submission_id, row_number)
            inner join marts.fct_green_jobs as b
                on b.submission_id = f.submission_id and b.enterprise_key = f.enterprise_key
                and b.row_number <> f.row_number
            where a.kpi = 'green_jobs_created' and a.scope_type = 'programme' and a.period = '2025-S2' limit 1
            """)
        ).one()
    place = {"id": row.submission_id, "row": row.falls}
    change = """
        update {table} as t set baseline_headcount = :baseline, current_headcount = :current
        where submission_id = :id and row_number = :row
    """
    gone = "kpi = 'green_jobs_created' and submission_id = :id and row_number = :row"
    with database.transaction(programme) as connection:
        kept = connection.execute(
            sa.text("select * from marts.fct_green_jobs where submission_id = :id and row_number = :row"), place
        ).one()
        connection.execute(sa.text(change.format(table="marts.fct_green_jobs")), {**place, "baseline": 3, "current": 0})
        connection.execute(sa.text(f"create table public.kept as select * from marts.counted_row where {gone}"), place)
        connection.execute(sa.text(f"delete from marts.counted_row where {gone}"), place)
    try:
        told = _told(programme, "green_jobs_created", rows=None)
        fell = rf"│ {row.submission_id} │ \S+ +│ +{row.falls} │ \S+ +│ [A-D] +│ [A-D] +│ +0 │ +3 │"
        assert re.search(fell, told), told
        assert "A row that takes away makes the others of the same report add less" in told
        assert not re.search(fell, _told(programme, "green_jobs_maintained", rows=None))
    finally:
        with database.transaction(programme) as connection:
            back = {**place, "baseline": kept.baseline_headcount, "current": kept.current_headcount}
            connection.execute(sa.text(change.format(table="marts.fct_green_jobs")), back)
            connection.execute(sa.text("insert into marts.counted_row select * from public.kept"))
            connection.execute(sa.text("drop table public.kept"))


def test_indices_rates_and_reports_set_aside_are_shown(programme: Settings) -> None:
    told = _told(programme, "volume_change_nominal_eur", rows=None)
    assert "Price indices and exchange rates" in told
    told = _told(programme, "green_jobs")
    line = next(line for line in told.splitlines() if "weaker evidence" in line and "PE-02" in line)
    assert [cell.strip() for cell in line.split("│")][1:8] == [
        "PE-02",
        "PE-02-0005",
        "4",
        "C",
        "PE-01",
        "PE-01-0005",
        "4",
    ]


@pytest.mark.parametrize(
    ("kpi", "scope", "said"),
    [
        ("projects", "country:PE", "3 rows add up to 3; the figure is 3."),
        ("institutions", "programme", "16 rows add up to 16; the figure is 16."),
        ("grant_eur", "country:PE", "3 rows add up to 1,258,000; the figure is 1,258,000."),
    ],
)
def test_facts_of_the_registry_are_explained(programme: Settings, kpi: str, scope: str, said: str) -> None:
    """As the ledger of claims has them."""
    told = _told(programme, kpi, scope)
    assert said in told
    assert "What was published" in told and "confirmed" in told


def test_a_figure_is_told_in_three_languages(programme: Settings) -> None:
    spanish = _told(programme, "volume_change_real_eur", "country:CO", language="es")
    assert "Las filas que hay detrás" in spanish and "128.428,32" in spanish
    portuguese = _told(programme, "msmes_trained", language="pt")
    assert "As linhas por trás" in portuguese and "dito por linhas que não contam" in portuguese
    assert "R02: " in portuguese


def test_a_figure_goes_into_a_file_with_all_its_rows(
    programme: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**programme.environment(), "AS_OF": "", "KPI": "msmes_trained", "FORMAT": "csv"}.items():
        monkeypatch.setenv(name, value)
    assert main(["explain"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 146 == sum(float(row["contribution"]) for row in rows)
    path = write_trail(programme, "xlsx", "msmes_trained", "programme", None, file=None, language="es")
    assert path and path.stat().st_mode & 0o077 == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:3] == ["de lo declarado", "archivos", "filas"]
    assert book["filas"].max_row == 147
    for name, value, said in (
        ("FORMAT", "pdf", "csv, xlsx"),
        ("ROWS", "few", "or all"),
        ("SINCE", "2026-02-20", "AT and SINCE"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert main(["explain"]) == 2
        assert said in capsys.readouterr().err


def test_what_rows_state_is_no_less_than_what_mending_them_would_bring(programme: Settings) -> None:
    """R02 of the small programme: four rows state a trained enterprise, and no row of the impact is left out."""
    impact = rule_impact(programme, "R02")
    with database.connected(programme, "me_officer") as connection:
        stated = connection.scalar(
            sa.text("""
            select -sum(amount) from marts.kpi_waterfall
            where step = 'stated_not_counted' and reason = 'R02' and scope_type = 'programme' and period = '2025-S2'
            """)
        )
    assert 0 < stated <= impact.rows_taken_out
