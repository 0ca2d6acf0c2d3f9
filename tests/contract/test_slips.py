"""What is mistyped in the contract's data is told by its file, record and column."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
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
    with pytest.raises(model.ContractError, match=re.escape("messages.csv has no line T01,why_not with a text in es")):
        catalogue.text("T01", "why_not", "es")


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("countries.csv", "HX,a,b,c,HTG,NIF,,([0-9,10", "countries.csv: tax_id_pattern of HX is no regular expression"),
        ("countries.csv", "HX,a,b,c,HTG,NIF,,,ten", "countries.csv: tax_id_digits of HX has to be a number, not 'ten'"),
        ("countries.csv", "HX,a,b,c,HTG,NIF,,", "(HX,a, ...) has 8 values and the header 9"),
        ("countries.csv", "PE,a,b,c,HTG,NIF,,,9", "countries.csv: PE stands there twice"),
        ("codelists.csv", "practice,zz,a,b,c,d", "(practice,zz, ...) has 6 values and the header 5"),
        ("codelists.csv", "practice,zz,Agroforestería,b,c", "label_es of practice.zz is that of practice.agroforestry"),
        ("codelists.csv", "practice,zz,a,,c", "codelists.csv: practice.zz has no label_pt"),
        ("spellings.csv", "practice,nowhere,zz", "'zz' is for practice.nowhere, which is no code"),
        ("columns.csv", "jobs,sex,code,no,sex,blank,a,b,c", "columns.csv: jobs.sex stands there twice"),
        ("columns.csv", "jobs,Good-job,text,no,,blank,a,b,c", "columns.csv: jobs.Good-job has to be lower case"),
        ("columns.csv", "jobs,row_number,text,no,,blank,a,b,c", "columns.csv: jobs.row_number needs another name"),
        ("columns.csv", "jobs,zz,boolean,no,,blank,a,b,c", "codelist of jobs.zz has to be yes_no"),
        ("columns.csv", "jobs,zz,integer,no,sex,blank,a,b,c", "type of jobs.zz, which has a list, has to be code"),
        ("sheets.csv", "zz,detail,no,enterprise_ref,a,b,c", "sheets.csv: zz has no column"),
        ("sheets.csv", "zz,details,no,,a,b,c", "sheets.csv: kind of zz has to be of cover, enterprises, detail"),
        ("examples.csv", "jobs,nowhere,x", "examples.csv: jobs.nowhere is no column"),
        ("notes.csv", "jobs,sex,Q99,a,b,c", "notes.csv: jobs.sex names Q99, which is no rule"),
        ("rules.csv", "T06,training,warn,expectation,shadow,hours,,,,,,x", "rules.csv: severity of T06 has to be of"),
        ("rules.csv", "T06,train,error,expectation,shadow,hours,,,,,,x", "rules.csv: sheet of T06 has to be of"),
        ("messages.csv", "T05,wrong.date,a,,c", "messages.csv: T05.wrong.date has no text in pt"),
        ("messages.csv", "T05,wrong,a,b,c", "messages.csv: T05.wrong stands there twice"),
        ("kpis.csv", "zz,x,people,,false,true,jobs,,a,b,c,d,e,f", "kpis.csv: turn of zz has to be a number, not 'x'"),
        ("kpis.csv", "zz,1,people,,false,true,jobs,,a,b,c,d,e,f", "kpis.csv: turn of zz is that of msmes_trained"),
        ("kpis.csv", "zz,99,people,zz,false,true,jobs,,a,b,c,d,e,f", "kpis.csv: declared_field of zz has to be of"),
        (
            "kpis.csv",
            "zz,99,people,,no,true,jobs,,a,b,c,d,e,f",
            "is_empty_without_values of zz has to be of true, false",
        ),
        (
            "kpis.csv",
            "zz,99,people,,false,true,men,,a,b,c,d,e,f",
            "kpis.csv: adding of zz has to be of enterprises, jobs",
        ),
    ],
)
def test_a_line_that_cannot_stand_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, line: str, complaint: str
) -> None:
    monkeypatch.setattr(model, "DATA", shutil.copytree(model.DATA, tmp_path / "data"))
    monkeypatch.setattr(model, "SEEDS", shutil.copytree(model.SEEDS, tmp_path / "seeds"))
    folder = model.DATA if (model.DATA / file).exists() else model.SEEDS
    with (folder / file).open("a", encoding="utf-8") as written:
        written.write(f"{line}\n")
    with pytest.raises(model.ContractError, match=re.escape(complaint)):
        model.load_contract.__wrapped__()


def test_a_program_that_the_contract_stops_says_a_sentence_and_no_traceback() -> None:
    stop = "from include.contract.model import ContractError; raise ContractError('sheets.csv: a has no column.')"
    done = subprocess.run([sys.executable, "-c", stop], cwd=model.DATA.parents[2], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "sheets.csv: a has no column.\n")
