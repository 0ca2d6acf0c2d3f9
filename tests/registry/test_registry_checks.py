"""The registry is taken as a whole or not at all, and every fault is named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.platform.tables import metadata
from include.stage1_registry.checks import check
from include.stage1_registry.files import OPTIONAL, REQUIRED, read_folder

GOOD = {
    "institutions.csv": "institution,name,country,region,kind\nI1,Cámara,PE,LAC,chamber\n",
    "projects.csv": (
        "project_code,title,country,pillar,lead_institution,start_date,end_date,grant_eur,call,value_chains\n"
        "PE-01,Café,PE,agriculture,I1,2022-01-01,2025-06-30,300000,1,coffee;cacao\n"
    ),
    "project_institutions.csv": "project_code,institution,role\nPE-01,I1,lead\n",
    "reporting_calendar.csv": "period,ends_on,due_on\n2024-S1,2024-06-30,2024-08-14\n",
    "targets.csv": "project_code,kpi,target,due_period,set_on\nPE-01,green_jobs,40,2024-S2,2022-01-15\n",
    "claims.csv": (
        "claim,scope_type,scope_code,kpi,as_of_period,relation,value,wording,source,published_on\n"
        "c1,country,PE,green_jobs,2024-S2,about,56,jobs,press,2025-02-01\n"
    ),
    "waivers.csv": (
        "rule,project_code,period,enterprise_ref,reason,granted_by,expires_on\n"
        "E03,PE-01,2024-S1,e0005 ,confirmed,office,2030-01-01\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def faults_of(folder: Path) -> list[str]:
    rows, form = read_folder(str(folder))
    return [str(fault) for fault in form + check(rows)[1]]


def test_a_good_registry_has_no_fault(folder: Path) -> None:
    rows, faults = read_folder(str(folder))
    typed, more = check(rows)
    assert faults + more == []
    assert typed["waivers.csv"][0]["enterprise_ref"] == "E0005", "compared as the reader reads references"
    assert typed["projects.csv"][0]["grant_eur"] == 300000


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("projects.csv", "2022-01-01", "01/01/22", "start_date is '01/01/22', not a date YYYY-MM-DD"),
        ("projects.csv", "2022-01-01", "31/02/2022", "a day that the calendar has not"),
        ("projects.csv", "300000", "300000 EUR", "not a number"),
        ("projects.csv", "300000", "300.000", "may be 300000 or 300.0000"),
        ("projects.csv", "300000", "30.00.00", "groups of three digits"),
        ("projects.csv", "300000", "-5", "not a number from 0 up"),
        ("projects.csv", "300000", "1000000000000000", "too large"),
        ("projects.csv", "Café", "#¡REF!", "the error of a formula"),
        ("projects.csv", "300000", "nan", "not a number"),
        ("projects.csv", ",PE,agriculture", ",XX,agriculture", "country is 'XX'"),
        ("projects.csv", "agriculture,I1", "agriculture,I9", "lead_institution 'I9' is not in institutions.csv"),
        ("projects.csv", "coffee;cacao", "coffee;tea", "value chain 'tea'"),
        ("projects.csv", "2025-06-30", "2021-06-30", "ends before it starts"),
        ("project_institutions.csv", "PE-01", "PE-99", "project_code 'PE-99' is not in projects.csv"),
        ("reporting_calendar.csv", "2024-06-30", "2024-06-29", "2024-S1 ends on 2024-06-30"),
        ("reporting_calendar.csv", "2024-S1", "2024/1", "not a period like 2024-S1"),
        ("targets.csv", "green_jobs", "jobs", "kpi is 'jobs'"),
        ("claims.csv", "about", "nearly", "relation is 'nearly'"),
        ("waivers.csv", "E03", "E99", "rule is 'E99'"),
        ("waivers.csv", "E03", "e03", "rule is 'e03'; allowed: the code list, such as E03"),
        ("waivers.csv", "2030-01-01", "", "expires_on is empty"),
        ("institutions.csv", "I1,Cámara,PE,LAC,chamber\n", "I1,C,PE,LAC,x\nI1,D,PE,EU,y\n", "stands in row 2 already"),
        (
            "institutions.csv",
            "I1,Cámara,PE,LAC,chamber\n",
            "I1,C,PE,LAC,x\ni1,D,PE,EU,y\n",
            "i1 stands in row 2 already",
        ),
        ("institutions.csv", "region,", "", "the header lacks region"),
        ("institutions.csv", "I1,Cámara,PE,LAC,chamber", "I1,Cámara,PE,LAC", "4 fields where the header has 5"),
    ],
)
def test_each_fault_is_named_where_it_is(folder: Path, name: str, old: str, new: str, expected: str) -> None:
    text = GOOD[name]
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = faults_of(folder)
    assert any(fault.startswith(name) and expected in fault for fault in found), found


def test_all_faults_come_at_once(folder: Path) -> None:
    (folder / "targets.csv").unlink()
    (folder / "claims.csv").write_bytes(b"claim\n\x81\n")
    (folder / "waivers.csv").write_text(GOOD["waivers.csv"].replace("E03", "E99"), encoding="utf-8")
    found = faults_of(folder)
    assert [fault.split(":")[0].split(",")[0] for fault in found] == ["targets.csv", "claims.csv", "waivers.csv"]


def test_a_missing_folder_says_what_to_set(tmp_path: Path) -> None:
    assert "set REGISTRY" in faults_of(tmp_path / "nowhere")[0]


def test_every_table_of_the_registry_has_its_file() -> None:
    tables = {f"{table.name}.csv" for table in metadata.tables.values() if table.schema == "registry"}
    assert tables == REQUIRED.keys() | OPTIONAL.keys()
    assert len(REQUIRED) == 7


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "withdrawals.csv",
            "submission_id,reason,withdrawn_by,withdrawn_on\nPE-01-0001,,,2025-01-01\n",
            "reason is empty",
        ),
        ("withdrawals.csv", "submission_id,reason,withdrawn_by\n", "the header lacks withdrawn_on"),
        ("received.csv", "project_code,period,received_on\nPE-09,2024-S1,2024-08-01\n", "not in projects.csv"),
        ("received.csv", "project_code,period,received_on\nPE-01,2024,2024-08-01\n", "not a period like"),
        ("fx_monthly.csv", "currency,month,units_per_eur\nXXX,2024-01,4\n", "currency is 'XXX'"),
        ("fx_monthly.csv", "currency,month,units_per_eur\nPEN,ene-24,4\n", "not a month like 2024-01"),
        ("fx_monthly.csv", "currency,month,units_per_eur\nPEN,2024-01,0\n", "nothing can be divided by it"),
        ("fx_monthly.csv", 'currency,month,units_per_eur\nPEN,2024-01,"4,123"\n', "may be 4123 or 4.1230"),
        (
            "fx_monthly.csv",
            "currency;month;units_per_eur\nPEN;2024-01;4,1\nPEN;01/01/2024;4,2\n",
            "month 2024-01 stands in row 2 already",
        ),
        ("cpi_annual.csv", "country,year,index_2019_100\nPE,24,100\n", "year is 24"),
    ],
)
def test_what_may_be_left_out_is_checked_where_it_is_there(folder: Path, name: str, text: str, expected: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    found = faults_of(folder)
    assert len(found) == 1 and found[0].startswith(name) and expected in found[0], found
