"""The project's own small programme, from a fresh STATE to figures, through Airflow, as a newcomer runs it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from include.demonstration import expected_figures
from include.platform import airflow_environment, people, processes
from include.platform.airflow_services import Airflow as Services
from tests.conftest import make_settings
from tests.end_to_end.interruption import Interrupted, interrupted, running_below
from tests.end_to_end.people import RUNS, Airflow
from tests.end_to_end.project import Project
from tests.personal import found

NIGHT = ("ingest", "validate", "marts", "publish")

#: A file name that may be a person's, and one that is no UTF-8 and longer behind its dot than a name may be altogether.
PERSONS, LONG = "Informe de Juana Quispe.xlsx", b"se\xf1al." + b"x" * 228
SHOWN = r"se\xf1al." + "x" * 228
ODD_NAMES = [
    ("PE-01", os.fsdecode(LONG)),
    (os.fsdecode("PE-23 Proyecto Café".encode("latin-1")), PERSONS),
    ("PE-23 Proyecto Cafe\u0301", PERSONS),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The small demonstration after ``make demo``, of which a first try was interrupted in the middle of the night."""
    told = {"SIZE": "small", "AS_OF": "2026-02-20", "CLOSERS": "ana", "SIGNERS": "luis,ana"}
    project = Project(tmp_path_factory.mktemp("demo") / "state", told)
    # A step that is over within two seconds may never be named: reading, or else what comes before it.
    steps = "ingest: (load_reference_figures|land_deliveries|read_batch)"
    project.interrupted = interrupted(project, "demo", steps)  # type: ignore[attr-defined]
    project.printed = project.make("demo").stdout  # type: ignore[attr-defined]
    yield project
    project.make("down")


def test_ctrl_c_twice_ends_the_night_and_leaves_nothing_at_work(project: Project) -> None:
    """That nothing was lost is for the tests below: the next night has the figures intended."""
    end: Interrupted = project.interrupted  # type: ignore[attr-defined]
    undone = "ingest stopped half-way; validate, marts, publish not begun"
    assert f"Interrupted: {undone}." in end.said and "Traceback" not in end.said, end.said
    assert "Error 130" in end.said and end.status in (2, -signal.SIGINT), end.said
    assert (end.processes, end.at_work) == ([], 0)
    assert end.nights == [("failed", f"interrupted by the operator: {undone}", True)]
    assert project.rows("select status from ops.night order by started_at")[:2] == [("failed",), ("succeeded",)]


def test_the_demonstration_shows_claims_with_a_verdict(project: Project) -> None:
    printed = project.printed  # type: ignore[attr-defined]
    assert "green_jobs" in printed and "confirmed" in printed and f"make up STATE={project.state}" in printed, printed


def test_figures_are_those_the_generator_intended(project: Project) -> None:
    expected = expected_figures("small")
    headline = dict(
        project.rows("""
        select kpi, unique_value::int from marts.kpi_headline
        where scope_type = 'country' and scope_code = 'PE' and period = (select max(period) from marts.kpi_headline)
        """)
    )
    assert expected.keys() & headline.keys()
    assert {kpi: headline[kpi] for kpi in expected if kpi in headline} == {
        kpi: value for kpi, value in expected.items() if kpi in headline
    }
    assert project.rows("select distinct verdict from marts.claims_ledger") == [("confirmed",)]


def test_one_page_leads_to_what_the_night_wrote_and_nobody_else_can_write_it(project: Project) -> None:
    reports = project.state / "reports"
    index = (reports / "index.html").read_text(encoding="utf-8")
    for link in re.findall(r'href="([^"]+)"', index):
        assert (reports / link).exists(), link
    assert "dbt_docs/index.html" in index and "local_site/index.html" in index
    open_to_others = [
        str(path.relative_to(project.state))
        for path in (project.state, *project.state.rglob("*"))
        if not path.is_symlink() and path.stat().st_mode & 0o022
    ]
    assert open_to_others == []


def test_each_role_sees_what_it_may(project: Project) -> None:
    assert project.rows("select count(*) > 0 from marts.kpi_headline", "bi_reader") == [(True,)]
    assert project.rows("select count(*) > 0 from restricted.enterprise", "me_officer") == [(True,)]


def test_no_personal_datum_reaches_the_marts_or_the_logs(project: Project) -> None:
    personal = {
        value
        for row in project.rows("select tax_id, legal_name from raw.enterprises")
        for value in row
        if value and len(value) > 6
    }
    personal |= {value for (value,) in project.rows("select contact_email from raw.cover") if value}
    assert len(personal) > 50
    marts = " ".join(
        value
        for (table,) in project.rows("select table_name from information_schema.tables where table_schema = 'marts'")
        for (value,) in project.rows(f'select m::text from marts."{table}" as m')
    )
    logs = " ".join(
        file.read_text(encoding="utf-8", errors="replace")
        for file in (project.state / "logs").rglob("*")
        if file.is_file()
    )
    assert len(marts) > 10_000 and len(logs) > 1_000
    assert found(personal, marts) == found(personal, logs) == []
    assert found(personal, f"{logs} {min(personal)}.") == [min(personal)]


@pytest.fixture(scope="module")
def ui(project: Project) -> Iterator[Airflow]:
    """Airflow as ``make up`` leaves it, with people."""
    printed = project.make("up").stdout
    address = next(word for word in printed.split() if word.startswith("http://127.0.0.1:"))
    user, password = printed.split("user ")[1].split(",")[0], printed.split("password ")[1].split()[0]
    passwords = {user: password, "ana": project.make("user", NAME="ana", ROLE="officer").stdout.strip()}
    roles = {"luis": "signer", "otto": "operator", "vera": "viewer"}
    passwords |= {name: people.new_password() for name in roles}
    settings = make_settings(project.state)
    persons: list[dict[str, str | None]] = [
        {"name": name, "role": role, "password": passwords[name]} for name, role in roles.items()
    ]
    Services(settings).provide(airflow_environment.environment(settings, schedule_on=True), persons)
    return Airflow(address, passwords, project.state / "logs" / "airflow-scheduler.log")


def test_people_do_what_their_role_is_for(ui: Airflow) -> None:
    start = {"logical_date": None}
    wrong, unknown = httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN
    assert httpx.post(f"{ui.address}/auth/token", json={"username": "ana", "password": "x"}).status_code == wrong
    for name, may in (("vera", ()), ("luis", ()), ("ana", ("close_period",)), ("otto", ("housekeeping", "publish"))):
        with ui.as_(name) as client:
            assert client.get("/api/v2/dags/ingest").status_code == httpx.codes.OK
            assert client.get("/api/v2/connections").status_code == unknown
            for dag in ("housekeeping", "close_period"):
                if dag not in may:
                    assert client.post(f"/api/v2/dags/{dag}/dagRuns", json=start).status_code == unknown, (name, dag)
    with ui.as_("otto") as client:
        assert client.post("/api/v2/dags/housekeeping/dagRuns", json=start).status_code == httpx.codes.OK


def test_one_person_alone_closes_nothing(project: Project, ui: Airflow) -> None:
    run = ui.propose()
    text = ui.question(run, "approve")
    assert "| green\\_jobs | people |" in text["body"] and "### Claims out of line" in text["body"]
    assert ui.answer("luis", run, "approve") == httpx.codes.FORBIDDEN  # he may only sign
    assert ui.answer("ana", run, "approve") == httpx.codes.OK
    with ui.as_("ana") as client:  # nor does she skip the question
        for what in ("taskInstances/sign", ""):
            change = client.patch(f"{RUNS}/{run}/{what}".rstrip("/"), json={"new_state": "success", "state": "success"})
            assert change.status_code == httpx.codes.FORBIDDEN
    assert ui.answer("ana", run, "sign") == httpx.codes.OK
    assert ui.end_of(run) == ("failed", "ana has approved twice: two people are needed, another one has to sign.")
    assert project.rows("select * from marts.release") == []


def test_a_triggered_night_goes_green_and_makes_a_proposal_void(project: Project, ui: Airflow) -> None:
    proposed = ui.propose()
    assert ui.answer("ana", proposed, "approve") == httpx.codes.OK
    ui.question(proposed, "sign")
    with ui.as_("admin") as client:
        assert client.get("/").status_code == 200
        dags = {dag["dag_id"]: dag for dag in client.get("/api/v2/dags").json()["dags"]}
        assert set(dags) == {*NIGHT, "housekeeping", "close_period"}
        assert dags["ingest"]["timetable_description"] and not any(dag["is_paused"] for dag in dags.values())
        run = client.post("/api/v2/dags/ingest/dagRuns", json={"logical_date": None})
        assert run.status_code == 200, run.text
        night = run.json()["dag_run_id"]
        status = f"select status from ops.night where night_id = '{night}'"
        deadline = time.monotonic() + 300  # the night of a missed 01:00 may come first
        while project.rows(status) in ([], [("running",)]) and time.monotonic() < deadline:
            time.sleep(1)
        assert project.rows(status) == [("succeeded",)]

        def well() -> bool:
            answers = [client.get(f"/api/v2/dags/{dag}/dagRuns").json()["dag_runs"] for dag in (*NIGHT, "housekeeping")]
            return all("success" in {run["state"] for run in runs} for runs in answers)

        assert processes.wait_until(well, 120)
        assert (project.state / "airflow" / "housekeeping").exists()
    assert ui.answer("luis", proposed, "sign") == httpx.codes.OK
    state, said = ui.end_of(proposed)
    assert state == "failed" and "is void: since it was made a night has published" in said and night in said
    assert project.rows("select * from marts.release") == []


def test_a_rejection_keeps_its_reason(project: Project, ui: Airflow) -> None:
    run = ui.propose()
    assert ui.answer("ana", run, "approve", "Reject", "BR-02 is missing") == httpx.codes.OK
    assert ui.end_of(run) == ("success", "ana has rejected the close of 2025-S2: BR-02 is missing.")
    (kept,) = project.rows(f"select status, reason, decided_by from ops.closing where run_id = '{run}'")
    assert kept == ("rejected", "BR-02 is missing", "ana")


def test_two_people_close_a_period(project: Project, ui: Airflow) -> None:
    done = project.make("close", check=False, PERIOD="2031-S1")
    assert "Error 2" in done.stderr and "no period '2031-S1'" in done.stderr, done.stderr
    done = project.make("close", PERIOD="2025-S2", NOTE="Every report is in.")
    run = done.stdout.strip().rpartition("/")[2]
    again = project.make("close", check=False, PERIOD="2025-S1")
    assert "Error 2" in again.stderr and f"is waiting for its approvals (run {run})" in again.stderr, again.stderr
    for name, task in (("ana", "approve"), ("luis", "sign")):
        assert ui.answer(name, run, task) == httpx.codes.OK
    assert ui.end_of(run) == ("success", "2025-S2/1 is released: proposed by ana, signed by luis.")
    assert project.rows("select proposed_by, approved_by, note from marts.release") == [
        ("ana", "luis", "Every report is in.")
    ]
    assert "This release is as it was signed." in project.make("verify-release", RELEASE="2025-S2/1").stdout


def test_a_returned_correction_leaves_the_last_accepted_version(project: Project) -> None:
    """On a night whose registry forgets all claims, which the operator says is meant."""
    inbox, claims = project.state / "inbox", project.state / "registry" / "claims.csv"
    whole = claims.read_text("utf-8")
    claims.write_text(f"{whole.splitlines()[0]}\n", "utf-8")
    before = project.rows("select * from marts.kpi_headline order by 1, 2, 3, 4")
    ((code, name, period),) = project.rows("""
        select project_code, file_name, period from ops.submission
        where is_current and file_name like '%.xlsx' order by 1, 3 desc limit 1
    """)
    broken = inbox / code / "broken.xlsx"
    broken.write_bytes((inbox / code / name).read_bytes()[:-100])
    for path in (inbox / folder / file for folder, file in ODD_NAMES):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(broken.read_bytes())
    project.make("nightly", ACCEPT_REGISTRY="yes")
    claims.write_text(whole, "utf-8")
    assert project.rows("select accepts from ops.night order by started_at desc limit 1") == [(["registry"],)]
    ((said,),) = project.rows("select said from ops.night_warning where subject = 'claims.csv'")
    assert said.startswith("accepted by ACCEPT_REGISTRY: the file has no row any more")
    odd = project.rows("""
        select project_code, file_name from ops.submission
        where project_code like '%Proyecto Caf%' or file_name like 'se%'
    """)
    assert set(odd) == {
        ("PE-01", SHOWN),
        (r"PE-23 Proyecto Caf\xe9", PERSONS),
        ("PE-23 Proyecto Cafe\u0301", PERSONS),
    }
    shown = {label for (label,) in project.rows("select delivery_label from marts.fct_submission")}
    assert "Informe de ···.xlsx" in shown and not [label for label in shown if "Quispe" in label]
    ((told,),) = project.rows("select count(*) from ops.inbox_stray where kind = 'unknown_project'")
    assert told == 2
    assert project.rows(f"select status, version from ops.submission where file_name = '{broken.name}'") == [
        ("returned", None)
    ]
    assert project.rows(
        f"select file_name from ops.submission where project_code = '{code}' and period = '{period}' and is_current"
    ) == [(name,)]
    assert project.rows("select * from marts.kpi_headline order by 1, 2, 3, 4") == before


def test_a_broken_registry_stops_the_night_with_every_fault(project: Project, tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    shutil.copytree(project.state / "registry", registry)
    (registry / "targets.csv").unlink()
    (registry / "waivers.csv").write_text("rule\n", encoding="utf-8")
    new = project.state / "inbox" / "PE-01" / "new.xlsx"
    new.write_bytes(b"not read tonight")
    marts = project.rows("select * from marts.kpi_headline order by 1, 2, 3, 4")
    done = project.make("nightly", check=False, REGISTRY=str(registry))
    new.unlink()
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "targets.csv: the file is missing" in said and "waivers.csv, row 1: the header lacks" in said, said
    assert "What stays: what was taken is in archive and ledger; readers keep the figures of 2026-02-20." in said
    assert project.rows("select status from ops.night_report order by written_at desc limit 1") == [("failed",)]
    assert project.rows("select count(*) from ops.submission where file_name = 'new.xlsx'") == [(0,)]
    assert project.rows("select * from marts.kpi_headline order by 1, 2, 3, 4") == marts


def test_down_leaves_nothingrunning_below(project: Project) -> None:
    address = airflow_environment.base_url(make_settings(project.state))
    assert httpx.get(address).status_code == httpx.codes.OK
    project.make("down")
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    assert not running_below(project.state)


def test_state_is_lost_and_comes_back(project: Project, tmp_path: Path) -> None:
    figures = "select * from marts.kpi_headline order by 1, 2, 3, 4"
    before = project.rows(figures)
    saved = project.make("backup").stdout.strip()
    other = Project(tmp_path.resolve() / "state", {**project.variables, "INBOX": str(project.state / "inbox")})
    other.make("restore", FILE=saved)
    assert other.rows(figures) == before
    signed = project.rows("select r::text from marts.release as r")
    assert other.rows("select r::text from marts.release as r") == signed and len(signed) == 1
    persons = people.kept(make_settings(project.state), "admin")
    assert people.kept(make_settings(other.state), "admin") == persons, "with the passwords they had"
    assert {"ana": ("officer",), "luis": ("signer",)}.items() <= {one.name: one.roles for one in persons}.items()
    done = other.make("reproduce", RELEASE="2025-S2/1")  # from what came back, and after a night that published since
    assert done.stdout.splitlines()[-1].startswith("EQUAL: 2025-S2/1, the night "), done.stdout
    assert "kpi_headline: " in done.stdout and done.stdout.count("each cell equal") == 3, done.stdout
    ((key,),) = other.rows("""
        select enterprise_key from restricted.enterprise where is_valid order by enterprise_key limit 1
    """)
    assert "Erased from" in other.make("forget", ENTERPRISE=key).stdout
    other.make("rebuild", REPLACE="yes")
    assert other.rows(figures) == before
    assert "as it was signed" in other.make("verify-release", RELEASE="2025-S2/1").stdout
    names = other.rows(f"select legal_name from restricted.enterprise where enterprise_key = '{key}'")
    assert set(names) == {("ERASED",)}  # a row for each project that reports it
    other.make("down")
    project.make("down")


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_the_template_is_written(project: Project, language: str) -> None:
    path = Path(project.make("template", LANGUAGE=language).stdout.strip())
    assert path.read_bytes()[:2] == b"PK"
