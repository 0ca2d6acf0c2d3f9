"""Small workbooks that went wrong for somebody (``cases/nights`` of the contract), each with its right value.

All of them arrive in one night. Every enterprise of a base workbook has one training, one practice with a saving, 3 + 2
green jobs, one certified standard, and sales of PEN 10,000 -> 20,000.
"""

from __future__ import annotations

import csv
import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.platform import database, postgres
from tests.conftest import make_settings
from tests.contract_place import CASES, IS_HERE
from tests.reading.deliveries import rewritten

pytestmark = pytest.mark.skipif(not IS_HERE, reason="the contract's cases are not beside the project")

_NIGHTS = CASES / "nights"
_AS_OF = date(2025, 3, 1)


@dataclass(frozen=True)
class Case:
    """Files of a folder for a project's drop folder, in the order of delivery, and what must come of them.

    ``figures`` are of 2024-S2, by indicator, in ``scope`` (the project unless given). ``findings`` are all that are no
    information and none of ``let_be``: (file, rule) -> how many.
    """

    folder: str
    project: str
    files: tuple[str, ...]
    figures: dict[str, str | None] = field(default_factory=dict)
    findings: dict[tuple[str, str], int] = field(default_factory=dict)
    scope: tuple[str, str] | None = None
    #: texts replaced in the workbook's strings: for a project of its own, or a cover that says something else
    changes: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.folder.split('-')[0]} {self.project}"


_ALL = {"msmes_trained": "4", "msmes_practices": "4", "green_jobs": "20", "msmes_standards": "4"}
_MARK = "04-decimal-mark-template"

CASES_OF_NIGHTS = [
    # 10,000 with the mark the cover gives is ten soles, which nobody sells in a year: no figure, and never 11.05
    Case(
        _MARK,
        "PE-19",
        ("plantilla llena.xlsx",),
        {"volume_change_real_eur": None, "msmes_volume_assessable": "0"},
        {("plantilla llena.xlsx", "S09"): 8},
    ),
    Case(
        _MARK,
        "PE-96",
        ("plantilla llena.xlsx",),
        {"volume_change_nominal_eur": "11045.69", "msmes_volume_assessable": "4"},
        changes=(("PE-19", "PE-96"), ("<t>,</t>", "<t>.</t>")),
    ),
    Case(
        _MARK,
        "PE-05",
        ("PE-05-mark-dot.xlsx",),
        {"volume_change_real_eur": None, "msmes_volume_assessable": "0"},
        {("PE-05-mark-dot.xlsx", "S09"): 8},
    ),
    # nobody calculated these formulas
    Case(
        "05-standin-zero",
        "PE-13",
        ("formulas xlsxwriter.xlsx",),
        {"green_jobs": "0", "msmes_trained": "4"},
        {("formulas xlsxwriter.xlsx", "C07"): 8},
    ),
    Case("05-standin-zero", "PE-46", ("sistema.xlsx",), {"green_jobs": "0"}, {("sistema.xlsx", "C07"): 8}),
    Case(
        "06-two-partial-workbooks",
        "PE-47",
        ("Reporte Cusco.xlsx", "Reporte Puno.xlsx"),
        {"green_jobs": "15"},
        {("Reporte Puno.xlsx", "X02"): 1},
    ),
    Case("26-enterprises-missing", "PE-50", ("S1.xlsx", "S2.xlsx"), {"green_jobs": "30"}, {("S2.xlsx", "X02"): 1}),
    Case("07-renumbered-refs", "PE-48", ("S1.xlsx", "S2.xlsx"), {}, {("S2.xlsx", "X03"): 4}),
    *(
        Case(
            "08-placeholder-tax-ids",
            f"{country}-0{number}",
            (f"{country}-0{number}.xlsx",),
            {"msmes_trained": "8", "green_jobs": "40"},
            {(f"{country}-0{number}.xlsx", "E04"): 4},
            scope=("country", country),
        )
        for country in ("BO", "MX")
        for number in (1, 2)
    ),
    Case("09-bidi-marks", "PE-51", ("pegado.xlsx",), _ALL),
    Case(
        "09-bidi-marks",
        "PE-95",
        ("invisibles.xlsx",),
        {**_ALL, "green_jobs": "15"},
        {("invisibles.xlsx", "C05"): 1},
        changes=(("PE-05", "PE-95"),),
    ),
    Case("11-merged-refs", "PE-37", ("combinadas.xlsx",), {**_ALL, "green_jobs": "16"}),
    Case("14-ec-ruc", "EC-01", ("reporte.xlsx",), {"msmes_trained": "4", "green_jobs": "20"}),
    Case("16-boolean-cells", "PE-04", ("a.xlsx",), _ALL),
    Case("19-no-aplica", "PE-09", ("a.xlsx",), {**_ALL, "msmes_standards": "3"}, {("a.xlsx", "C04"): 1}),
    Case("21-optional-column-costs-row", "PE-57", ("a.xlsx",), _ALL, {("a.xlsx", "C05"): 3}),
]
#: Rules that the base workbooks break whatever the case is about: declared totals, sheets they do not have.
_LET_BE = {"X01", "P03"}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """The warehouse after the night that takes all of them."""
    folder = tmp_path_factory.mktemp("cases")
    for case in CASES_OF_NIGHTS:
        _deliver(folder / "inbox" / case.project, case)
    _write_registry(folder / "registry", sorted({case.project for case in CASES_OF_NIGHTS}))
    settings = make_settings(folder / "state", inbox=str(folder / "inbox"), registry=folder / "registry", as_of=_AS_OF)
    run_night(settings, "cases")
    engine = database.engine(settings)
    yield engine
    engine.dispose()
    postgres.stop(settings)


def _deliver(folder: Path, case: Case) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(case.files):
        source, target = _NIGHTS / case.folder / name, folder / name
        if case.changes:

            def changed(content: bytes) -> bytes:
                for before, after in case.changes:
                    content = content.replace(before.encode(), after.encode())
                return content

            with zipfile.ZipFile(source) as archive:
                texts = [part for part in archive.namelist() if part.startswith("xl/") and part.endswith(".xml")]
            rewritten(source, target, dict.fromkeys(texts, changed))
        else:
            shutil.copyfile(source, target)
        os.utime(target, (1_735_700_000 + number, 1_735_700_000 + number))


def _write_registry(folder: Path, projects: list[str]) -> None:
    folder.mkdir()
    tables: dict[str, tuple[str, list[tuple[object, ...]]]] = {
        "projects": (
            "project_code title country pillar lead_institution start_date end_date grant_eur call value_chains",
            [
                (code, f"Project {code}", code[:2], "circular", "I1", "2022-01-01", "2026-12-31", 1, 1, "coffee")
                for code in projects
            ],
        ),
        "institutions": ("institution name country region kind", [("I1", "One", "PE", "LAC", "chamber")]),
        "project_institutions": ("project_code institution role", [(code, "I1", "lead") for code in projects]),
        "reporting_calendar": (
            "period ends_on due_on",
            [("2024-S1", "2024-06-30", "2024-08-14"), ("2024-S2", "2024-12-31", "2025-02-14")],
        ),
        "targets": (
            "project_code kpi target due_period set_on",
            [(projects[0], "green_jobs", 1, "2024-S2", "2022-01-15")],
        ),
        "claims": (
            "claim scope_type scope_code kpi as_of_period relation value wording source published_on",
            [("c1", "programme", "all", "green_jobs", "2024-S2", "about", 1, "jobs", "press", "2025-02-01")],
        ),
        "waivers": ("rule project_code period enterprise_ref reason granted_by expires_on", []),
    }
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header.split(), *rows])


@pytest.mark.parametrize("case", CASES_OF_NIGHTS, ids=lambda case: case.name)
def test_the_right_value_comes_out(night: sa.Engine, case: Case) -> None:
    scope_type, scope_code = case.scope or ("project", case.project)
    with night.connect() as connection:
        found = connection.execute(
            sa.text("""
            select s.file_name, f.rule from ops.finding as f
            inner join ops.submission as s using (submission_id)
            where s.project_code = :project and f.severity <> 'info' and f.rule <> all(:let_be)
            """),
            {"project": case.project, "let_be": list(_LET_BE)},
        ).tuples()
        assert Counter(found) == Counter(case.findings)
        figures = dict(
            connection.execute(
                sa.text("""
                select kpi, unique_value from marts.kpi_headline
                where period = '2024-S2' and scope_type = :type and scope_code = :code
                """),
                {"type": scope_type, "code": scope_code},
            )
            .tuples()
            .all()
        )
    for kpi, wanted in case.figures.items():
        assert figures[kpi] == wanted if wanted is None else abs(figures[kpi] - Decimal(wanted)) < Decimal("0.01"), kpi


def test_the_number_of_missing_enterprises_is_told(night: sa.Engine) -> None:
    with night.connect() as connection:
        told = connection.execute(
            sa.text("""
            select s.project_code, f.sheet, f.value, f.row_number, s.status from ops.finding as f
            inner join ops.submission as s using (submission_id) where f.rule = 'X02' order by 1
            """)
        ).tuples()
        assert list(told) == [("PE-47", "file", "3", None, "accepted"), ("PE-50", "file", "3", None, "accepted")]
