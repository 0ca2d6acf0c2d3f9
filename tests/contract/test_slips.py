"""What is mistyped in the contract's data is told by its file, record and column."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from include.contract import catalogue, model


@pytest.mark.parametrize(
    ("file", "was", "slip", "complaint"),
    [
        (
            "columns.csv",
            "jobs,decent_work,code,",
            "jobs,decent_work,codes,",
            "type of jobs.decent_work has to be of text, ",
        ),
        ("columns.csv", "jobs,decent_work,", "job,decent_work,", "sheet of job.decent_work"),
        ("columns.csv", ",yes_no_unknown,blank", ",yes_no_unknow,blank", "codelist of jobs.decent_work"),
        ("columns.csv", ",yes_no_unknown,blank", ",yes_no_unknown,blanks", "if_unreadable of jobs.decent_work"),
        ("sheets.csv", "enterprise_ref;practice,", "enterprise_ref;practise,", "key_columns of practices"),
        (
            "rules.csv",
            "valid_from is not null and valid_to",
            "valid_from is not null and hours",
            "applies_when of N03 ",
        ),
    ],
)
def test_a_slip_of_the_pen_in_a_column_or_sheet_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, was: str, slip: str, complaint: str
) -> None:
    folder = shutil.copytree(model.DATA, tmp_path / "data")
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(was) == 1
    (folder / file).write_text(text.replace(was, slip), encoding="utf-8")
    monkeypatch.setattr(model, "DATA", folder)
    with pytest.raises(model.ContractError, match=re.escape(f"{file}: {complaint}")):
        model.load_contract.__wrapped__()


@pytest.mark.parametrize("module", ["pe.ruq", "zz.ruc"])
def test_a_check_digit_that_nobody_knows_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    seeds = shutil.copytree(model.SEEDS, tmp_path / "seeds")
    text = (seeds / "countries.csv").read_text(encoding="utf-8")
    assert text.count(",pe.ruc,") == 1
    (seeds / "countries.csv").write_text(text.replace(",pe.ruc,", f",{module},"), encoding="utf-8")
    monkeypatch.setattr(model, "SEEDS", seeds)
    with pytest.raises(model.ContractError, match=f"tax_id_check of PE has to be .*, not '{module}'"):
        model.load_contract.__wrapped__()


def test_a_missing_text_is_named_as_its_line() -> None:
    with pytest.raises(KeyError, match=re.escape("messages.csv has no line T01,why_not with a text in es")):
        catalogue.text("T01", "why_not", "es")
