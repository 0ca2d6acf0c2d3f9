"""A rule in shadow is recorded and without effect; enforced, it finds the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import psycopg
import pytest
import sqlalchemy as sa
from alembic import command

from include.contract import catalogue, load_contract
from include.contract.model import ContractError
from include.nightly import validate
from include.nightly.in_process import run_again
from include.platform import database, postgres, schema
from include.platform.settings import PROJECT_ROOT, Settings
from tests.conftest import make_settings
from tests.samples import Sample

#: Every rule that may be in shadow.
SUBSTANCE = tuple(rule for rule in load_contract().rules if rule[0] not in "FCR")
#: What compares with figures or with other statements follows from what the other rules leave valid.
OF_OTHERS = ("X01", "X02", "X03")
_FINDINGS = """
select submission_id, rule, severity, sheet, row_number, column_name, cell, value, enterprise_ref, waived
from {table} where {condition} order by 1, 2, 4, 5, 6
"""

_LATER_STAGES = """
from include.nightly import in_process, ingest, publish, validate
from include.platform.settings import Settings

steps = (*validate.STEPS, ingest.load_reference_figures, *in_process.SHOWING, publish.answer_partners)
in_process.run_again(Settings.from_environment(), steps)
"""


def with_shadow(folder: Path, rules: tuple[str, ...]) -> Path:
    """A copy of the project in which ``rules`` are in shadow."""
    for part in ("include", "expectations", "dbt_project", "tests"):
        shutil.copytree(
            PROJECT_ROOT / part, folder / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "fixtures")
        )
    path = folder / "include" / "contract" / "data" / "rules.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    named = tuple(f"{rule}," for rule in rules)
    changed = [line.replace(",enforced,", ",shadow,", 1) if line.startswith(named) else line for line in lines]
    assert sum(a != b for a, b in zip(lines, changed, strict=True)) == len(rules)
    path.write_text("".join(changed), encoding="utf-8")
    return folder


def findings(sample: Sample, table: str, condition: str = "true") -> list[tuple]:
    return [tuple(row) for row in sample.rows(_FINDINGS.format(table=table, condition=condition))]


def statuses(sample: Sample) -> dict[str, str]:
    return {row.submission_id: row.status for row in sample.rows("select submission_id, status from ops.submission")}


@pytest.mark.parametrize("sample", ["peru"], indirect=True)
def test_a_rule_in_shadow_changes_nothing_and_finds_what_it_finds_enforced(sample: Sample, tmp_path: Path) -> None:
    tried = sample.copy(tmp_path)
    of_substance = f"rule in {SUBSTANCE} and rule not in {OF_OTHERS}"
    enforced, before = findings(tried, "ops.finding", of_substance), statuses(tried)
    others = findings(tried, "ops.finding", f"rule not in {SUBSTANCE} and rule not in ('R03', 'F08')")
    below = len(findings(tried, "ops.finding", "rule = 'R03'"))
    assert len({rule for _, rule, *_ in enforced}) > 15

    _night_of(with_shadow(tmp_path / "project", SUBSTANCE), tried.settings)
    assert findings(tried, "ops.shadow_finding", f"rule not in {OF_OTHERS}") == enforced
    assert findings(tried, "ops.finding", f"rule in {SUBSTANCE}") == []
    assert findings(tried, "ops.finding", f"rule not in {SUBSTANCE} and rule not in ('R03', 'F08')") == others
    found = {row.submission_id for row in tried.rows("select submission_id from ops.finding where not waived")}
    for submission_id, status in statuses(tried).items():
        if submission_id not in found and status != "duplicate":
            assert status == "accepted", submission_id
    assert len(findings(tried, "ops.finding", "rule = 'R03'")) < below, "errors in shadow take no detail rows out"
    for mart in ("dim_rule", "data_quality"):
        named = {row.rule for row in tried.rows(f"select distinct rule from candidate_marts.{mart}")}
        assert named and not named & set(SUBSTANCE), mart
    _assert_not_shown(tried)
    shown = tried.project.make("rule-impact", RULE="E04").stdout
    assert f"{sum(rule == 'E04' for _, rule, *_ in enforced):,}" in shown

    run_again(tried.settings, validate.STEPS)
    assert findings(tried, "ops.finding", of_substance) == enforced
    assert findings(tried, "ops.shadow_finding") == []
    assert statuses(tried) == before


def _night_of(project: Path, settings: Settings) -> None:
    """The later stages by another copy of the project's files, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "LC_ALL")}
    subprocess.run(
        [sys.executable, "-c", _LATER_STAGES],
        cwd=project,
        env={**kept, **settings.environment(), "PYTHONPATH": str(project)},
        check=True,
        capture_output=True,
        text=True,
    )


def _assert_not_shown(sample: Sample) -> None:
    titles = {language: {catalogue.headline(rule, language) for rule in SUBSTANCE} for language in ("es", "pt", "en")}
    for path in sample.settings.feedback.glob("*/*.xlsx"):
        book = openpyxl.load_workbook(path)
        texts = {str(cell.value).split("\n")[0] for row in book.worksheets[0].iter_rows() for cell in row if cell.value}
        assert not texts & titles[path.stem[-2:]], path.name
        rules = {row[1] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)}
        assert not rules & set(SUBSTANCE), path.name


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("C05,any,error,reading,shadow,", "C05 cannot be in shadow"),
        ("T04,training,error,expectation,asleep,", "not 'asleep'"),
    ],
)
def test_an_impossible_life_is_refused(
    line: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(PROJECT_ROOT / "include" / "contract" / "data", data)
    path = data / "rules.csv"
    enforced = ",".join([*line.split(",")[:4], "enforced", ""])
    text = path.read_text(encoding="utf-8")
    assert enforced in text
    path.write_text(text.replace(enforced, line), encoding="utf-8")
    monkeypatch.setattr("include.contract.model.DATA", data)
    with pytest.raises(ContractError, match=complaint):
        load_contract.__wrapped__()


def test_a_warehouse_with_findings_is_upgraded(settings: Settings) -> None:
    address = sa.make_url(postgres.connection_string(settings))
    with psycopg.connect(database.plain(address.set(database="postgres")), autocommit=True) as connection:
        connection.execute("create database before_shadow")
    old = make_settings(settings.state, warehouse_url=database.plain(address.set(database="before_shadow")))
    schema.prepare(old)
    command.downgrade(schema.alembic_configuration(old), "0001")
    with psycopg.connect(database.plain(database.url(old, "loader"))) as connection:
        connection.execute(
            "insert into ops.finding (submission_id, rule, severity, sheet) values ('PE-01-1', 'T04', 'error', 'jobs')"
        )
    schema.prepare(old)
    with psycopg.connect(database.plain(database.url(old, "loader"))) as connection:
        connection.execute("insert into ops.shadow_finding select * from ops.finding")
        assert connection.execute("select rule, waived from ops.shadow_finding").fetchall() == [("T04", False)]
        assert connection.execute("select count(*) from ops.finding").fetchone() == (1,)
