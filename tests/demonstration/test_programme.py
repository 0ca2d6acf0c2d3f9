"""The demonstration is the programme of the mission page: same bytes, figures as claimed, dirt within bounds."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from include.contract import load_contract
from include.demonstration import SIZES, expected_figures, tax_ids, write_programme, write_registry
from include.demonstration.deliveries import content, deliveries, form_of, soiled
from include.demonstration.population import population
from include.demonstration.projects import consortia, institutions, of
from include.demonstration.semesters import due_on

FULL, SMALL = SIZES["full"], SIZES["small"]


def fingerprint(folder: Path) -> dict[str, tuple[str, float]]:
    """Relative path -> digest and modification time of every file below a folder."""
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    assert write_programme(folder / "inbox", folder / "registry", "small") > 20
    return folder


def test_writing_again_touches_nothing(small: Path) -> None:
    before = fingerprint(small / "inbox")
    assert write_programme(small / "inbox", small / "registry", "small") == 0
    assert fingerprint(small / "inbox") == before


def test_same_bytes_and_times_elsewhere(small: Path, tmp_path: Path) -> None:
    write_programme(tmp_path / "inbox", tmp_path / "registry", "small")
    assert fingerprint(tmp_path / "inbox") == fingerprint(small / "inbox")


def test_workbooks_do_not_say_when_they_were_written(small: Path) -> None:
    workbooks = list((small / "inbox").rglob("[!~]*.xlsx"))
    assert {openpyxl.load_workbook(path).properties.created for path in workbooks[:3]} == {datetime(2023, 1, 1)}


def test_a_changed_file_is_restored(small: Path) -> None:
    path = next((small / "inbox").rglob("[!~]*.xlsx"))
    before = fingerprint(small / "inbox")
    path.write_bytes(b"overwritten")
    assert write_programme(small / "inbox", small / "registry", "small") == 1
    assert fingerprint(small / "inbox") == before


def test_no_partial_files_are_left(small: Path) -> None:
    assert not list(small.rglob("*.part"))


def test_the_programme_of_the_mission() -> None:
    figures = expected_figures("full")
    assert figures["projects"] == 66
    assert figures["institutions"] > 170
    assert figures["grant_eur"] > 3_000_000
    assert 7_050 <= figures["msmes_trained"] <= 7_200
    assert 1_990 <= figures["msmes_practices"] <= 2_010
    assert figures["green_jobs"] == 1_400
    assert figures["msmes_standards"] == 1_365
    assert 705 <= figures["msmes_volume_increased"] <= 740


@pytest.mark.parametrize("size", ["full", "small"])
def test_every_claim_holds(size: str) -> None:
    figures = expected_figures(size)
    for claim in SIZES[size].claims:
        figure = figures[claim.kpi]
        if (claim.scope_code, claim.kpi) == ("PE", "projects"):
            figure = sum(project.country == "PE" for project in of(SIZES[size]))
        match claim.relation:
            case "exactly":
                assert figure == claim.value, claim
            case "more_than":
                assert figure > claim.value, claim
            case "about":
                assert abs(figure - claim.value) <= 0.005 * claim.value, claim


@pytest.mark.parametrize("size", ["full", "small"])
def test_peru_has_enterprises_in_lima_and_loreto(size: str) -> None:
    """Departments by the first two digits of INEI's UBIGEO."""
    by_department = Counter(
        enterprise.territory_code[:2]
        for books in population(SIZES[size]).values()
        for enterprise in books.enterprises
        if enterprise.country == "PE"
    )
    assert by_department["15"] > 5
    assert by_department["16"] > 5


def test_fifteen_countries_nine_projects_of_peru_and_both_regions() -> None:
    assert len({project.country for project in of(FULL)}) == 15
    assert sum(project.country == "PE" for project in of(FULL)) == 9
    assert {institution.region for institution in institutions(FULL)} == {"LAC", "EU"}
    linked = {institution for _, institution, _ in consortia(FULL)}
    assert linked == {institution.institution for institution in institutions(FULL)}
    assert len({institution.name for institution in institutions(FULL)}) == len(institutions(FULL))


def test_tax_ids_are_valid_and_some_are_shared_between_projects() -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for code, books in population(FULL).items():
        given = [enterprise.tax_id for enterprise in books.enterprises if enterprise.tax_id]
        assert len(given) == len(set(given)), code
        for enterprise in books.enterprises:
            if enterprise.tax_id:
                assert tax_ids.is_valid(enterprise.country, enterprise.tax_id)
                seen.setdefault((enterprise.country, enterprise.tax_id), set()).add(code)
    shared = {who for who, projects in seen.items() if len(projects) > 1}
    assert {country for country, _ in shared} >= {"PE", "BR", "CO", "MX"}
    assert len(shared) > 300


def test_a_spoilt_tax_id_is_refused() -> None:
    for code, books in population(FULL).items():
        enterprise = next(entry for entry in books.enterprises if entry.tax_id)
        spoilt = tax_ids.spoil(enterprise.country, enterprise.tax_id or "")
        assert not tax_ids.is_valid(enterprise.country, spoilt), code


@pytest.mark.parametrize("size", ["full", "small"])
def test_only_the_file_meant_for_it_has_too_many_errors(size: str) -> None:
    parameters = SIZES[size]
    too_many = {
        (delivery.project.code, parameters.periods[delivery.period], sheet)
        for delivery in deliveries(parameters)
        if delivery.kind not in ("photo", "lock")
        for sheet, rows in soiled(parameters, delivery.project, delivery.period, delivery.kind).items()
        if (wrong := sum(not row.counts for row in rows)) >= 10 and wrong > 0.3 * len(rows)
    }
    assert too_many == {("PE-02", "2025-S1", "enterprises")}


def test_every_kind_of_delivery_is_there() -> None:
    made = deliveries(FULL)
    assert {delivery.kind for delivery in made} == {
        "report", "broken_dates", "no_column", "superseded", "nothing", "photo", "lock",
    }  # fmt: skip
    assert {form_of(FULL, d.project, d.period).language for d in made} == {"es", "pt", "en"}
    forms = [form_of(FULL, delivery.project, delivery.period) for delivery in made]
    assert {form.container for form in forms} == {"xlsx", "zip"}
    assert any(form.container == "zip" and form.encoding == "cp1252" and form.separator == ";" for form in forms)


def test_returned_and_superseded_files_are_followed_by_a_correction() -> None:
    made = deliveries(FULL)
    for first in (delivery for delivery in made if delivery.kind in ("broken_dates", "no_column", "superseded")):
        second = next(
            delivery
            for delivery in made
            if delivery.kind == "report" and (delivery.project, delivery.period) == (first.project, first.period)
        )
        assert second.delivered_at > first.delivered_at
        assert second.file_name != first.file_name
        assert content(FULL, second) != content(FULL, first)


def test_a_copy_has_the_bytes_of_its_report() -> None:
    by_report: dict[tuple[str, int], list[bytes]] = {}
    for delivery in deliveries(SMALL):
        if delivery.kind == "report":
            by_report.setdefault((delivery.project.code, delivery.period), []).append(content(SMALL, delivery))
    copies = {key: files for key, files in by_report.items() if len(files) > 1}
    assert list(copies) == [("BR-01", 1)]
    assert len(set(copies["BR-01", 1])) == 1


def test_one_partner_is_late_and_one_report_never_comes() -> None:
    late = {
        (delivery.project.code, FULL.periods[delivery.period])
        for delivery in deliveries(FULL)
        if delivery.delivered_at.date() > due_on(FULL.periods[delivery.period]) and delivery.file_name.startswith("Rep")
    }
    assert ("CO-01", "2025-S1") in late
    last = len(FULL.periods) - 1
    reported = {delivery.project.code for delivery in deliveries(FULL) if delivery.period == last}
    assert {project.code for project in of(FULL)} - reported == {"BR-02", "HN-03"}


def test_no_value_is_a_boolean() -> None:
    # Python's True is an int and would be written as a logical cell
    for delivery in deliveries(SMALL):
        if delivery.kind == "report":
            for rows in soiled(SMALL, delivery.project, delivery.period, "report").values():
                assert not [value for row in rows for value in row.values if isinstance(value, bool)]


REGISTRY = {
    "projects.csv": "project_code,title,country,pillar,lead_institution,start_date,end_date,grant_eur,call"
    ",value_chains",
    "institutions.csv": "institution,name,country,region,kind",
    "project_institutions.csv": "project_code,institution,role",
    "reporting_calendar.csv": "period,ends_on,due_on",
    "targets.csv": "project_code,kpi,target,due_period,set_on",
    "claims.csv": "claim,scope_type,scope_code,kpi,as_of_period,relation,value,wording,source,published_on",
    "received.csv": "project_code,period,received_on",
    "waivers.csv": "rule,project_code,period,enterprise_ref,reason,granted_by,expires_on",
}


def test_the_registry_is_complete_and_refers_to_itself(tmp_path: Path) -> None:
    write_registry(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(REGISTRY)
    tables = {}
    for name, header in REGISTRY.items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.splitlines()[0] == header
        tables[name] = list(csv.DictReader(io.StringIO(text)))
        assert tables[name], name
    projects = {row["project_code"] for row in tables["projects.csv"]}
    chains = load_contract().codelists["value_chain"]
    assert all(set(row["value_chains"].split(";")) <= set(chains) for row in tables["projects.csv"])
    assert {row["project_code"] for row in tables["project_institutions.csv"]} == projects
    assert {row["project_code"] for row in tables["waivers.csv"]} < projects
    assert {row["rule"] for row in tables["waivers.csv"]} <= set(load_contract().rules)
    assert [row["period"] for row in tables["reporting_calendar.csv"]] == [*FULL.periods, "2026-S1"]
    by_target: dict[tuple[str, str], set[str]] = {}
    for row in tables["targets.csv"]:
        by_target.setdefault((row["project_code"], row["kpi"]), set()).add(row["set_on"])
    assert {len(dates) for dates in by_target.values()} == {1, 2}  # some were revised
    leads = {row["project_code"]: row["lead_institution"] for row in tables["projects.csv"]}
    assert {
        row["project_code"]: row["institution"] for row in tables["project_institutions.csv"] if row["role"] == "lead"
    } == leads
