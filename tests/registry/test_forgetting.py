"""A registry that forgets what deliveries rest on is broken, unless the night was told that it is meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform import acceptances, nights
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.platform.tables import metadata
from include.stage1_registry.files import FILES
from include.stage1_registry.load import RegistryBroken, load_registry
from tests.registry.test_registry_checks import GOOD

#: Two projects, two periods; the first project has two accepted deliveries of the first period.
PROJECT = "PE-02,Cacao,PE,agriculture,I1,2022-01-01,2025-06-30,300000,1,cacao\n"
WHOLE = GOOD | {
    "projects.csv": GOOD["projects.csv"] + PROJECT,
    "reporting_calendar.csv": GOOD["reporting_calendar.csv"] + "2024-S2,2024-12-31,2025-02-14\n",
}
NIGHT = "registry-that-forgets"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, WHOLE)
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def warehouse(settings: Settings, loader: sa.Engine, folder: Path) -> Iterator[sa.Engine]:
    """The session's warehouse after a night with the whole registry; empty again afterwards."""
    nights.open_night(loader, NIGHT, date(2025, 3, 1), "inbox", str(folder))
    load_registry(loader, str(folder), NIGHT)
    deliver = sa.text("""
    insert into ops.submission (
        submission_id, project_code, delivery_number, period, version, status, is_current,
        inbox_path, file_name, sha256, size_bytes, modified_at, archive_path, night_id, received_on
    )
    select
        :project || '-000' || n, :project, n, '2024-S1', n, :status, false,
        '', '', '', 0, now(), '', '', '2025-03-01'
    from generate_series(1, 2) as n
    """)
    with loader.begin() as connection:
        connection.execute(deliver, {"project": "PE-01", "status": "accepted"})
        connection.execute(deliver, {"project": "PE-02", "status": "returned"})
    yield loader
    with loader.begin() as connection:
        for name in (*FILES, "submission.csv", "night.csv", "night_warning.csv"):
            schema = "registry" if name in FILES else "ops"
            connection.execute(sa.delete(metadata.tables[f"{schema}.{name.removesuffix('.csv')}"]))


def without(name: str, *rows: str) -> dict[str, str]:
    text = WHOLE[name]
    for row in rows:
        (line,) = (line for line in text.splitlines(keepends=True) if line.startswith(row))
        text = text.replace(line, "")
    return {name: text}


HEADERS = {name: {name: text.splitlines()[0] + "\n"} for name, text in WHOLE.items()}
#: Rows of the others that speak of the first project.
RENAMED = {name: text.replace("PE-01", "PE-11") if name != "claims.csv" else text for name, text in WHOLE.items()}


def faults(warehouse: sa.Engine, folder: Path) -> list[str]:
    """What a night finds that was told nothing; the registry of the night before stays."""
    before = projects(warehouse)
    with pytest.raises(RegistryBroken) as broken:
        load_registry(warehouse, str(folder), NIGHT)
    assert projects(warehouse) == before
    return [str(fault) for fault in broken.value.faults]


def projects(warehouse: sa.Engine) -> list[str]:
    with warehouse.connect() as connection:
        return list(connection.scalars(sa.text("select project_code from registry.projects order by 1")))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            RENAMED,
            ["projects.csv: project PE-01 is not in it any more, and 2 accepted deliveries would be returned (F04)"],
        ),
        (
            without("reporting_calendar.csv", "2024-S1"),
            ["reporting_calendar.csv: period 2024-S1 is not in it any more, and 2 accepted deliveries would be"],
        ),
        (HEADERS["reporting_calendar.csv"], ["reporting_calendar.csv: the file has no row"]),
        (HEADERS["project_institutions.csv"], ["project_institutions.csv: the file has no row"]),
        (HEADERS["claims.csv"], ["claims.csv: the file has no row any more, and had 1"]),
        (HEADERS["targets.csv"], ["targets.csv: the file has no row any more, and had 1"]),
        (
            {name: text.replace("PE-0", "BR-0") for name, text in WHOLE.items()},
            ["projects.csv: it has no project in common with the last night's (2 projects, now 2 others)"],
        ),
        (
            HEADERS["projects.csv"]
            | HEADERS["project_institutions.csv"]
            | HEADERS["targets.csv"]
            | HEADERS["waivers.csv"],
            [
                *("project_institutions.csv: the file has no row", "projects.csv: the file has no row"),
                "targets.csv: the file has no row any more",
            ],
        ),
    ],
)
def test_what_deliveries_rest_on_may_not_go(
    warehouse: sa.Engine, folder: Path, change: dict[str, str], expected: list[str]
) -> None:
    write(folder, change)
    found = sorted(faults(warehouse, folder))
    assert len(found) == len(expected), found
    for fault, start in zip(found, expected, strict=True):
        assert fault.startswith(start) and "ACCEPT_REGISTRY=yes" in fault, found


@pytest.mark.parametrize(
    "change",
    [
        without("projects.csv", "PE-02"),  # nothing of it was ever accepted
        without("reporting_calendar.csv", "2024-S2"),
        HEADERS["waivers.csv"],  # each ends by itself
    ],
)
def test_what_nothing_rests_on_may_go(warehouse: sa.Engine, folder: Path, change: dict[str, str]) -> None:
    write(folder, change)
    load_registry(warehouse, str(folder), NIGHT)


def test_what_is_meant_is_said_once_and_noted(warehouse: sa.Engine, folder: Path) -> None:
    write(folder, RENAMED)
    (folder / "withdrawal.csv").write_text("")
    nights.open_night(warehouse, "meant", date(2025, 3, 2), "inbox", str(folder), ["registry"])
    load_registry(warehouse, str(folder), "meant")
    assert projects(warehouse) == ["PE-02", "PE-11"]
    with warehouse.connect() as connection:
        said = {warning.subject: warning.said for warning in nights.warnings_of(connection, "meant")}
    assert said["projects.csv"].startswith("accepted by ACCEPT_REGISTRY: project PE-01 is not in it any more")
    assert "none of the registry's files" in said["withdrawal.csv"]
    # it holds from now on, and speaks of nothing else
    load_registry(warehouse, str(folder), NIGHT)
    write(folder, without("reporting_calendar.csv", "2024-S1"))
    assert len(faults(warehouse, folder)) == 1


def test_a_form_that_is_broken_is_no_matter_of_meaning(warehouse: sa.Engine, folder: Path) -> None:
    (folder / "claims.csv").unlink()
    nights.open_night(warehouse, "meant", date(2025, 3, 2), "inbox", str(folder), ["registry"])
    with pytest.raises(RegistryBroken, match=r"claims\.csv: the file is missing"):
        load_registry(warehouse, str(folder), "meant")


def test_a_withdrawal_of_nothing_is_a_fault_once_there_are_deliveries(warehouse: sa.Engine, folder: Path) -> None:
    header = "submission_id,reason,withdrawn_by,withdrawn_on\n"
    (folder / "withdrawals.csv").write_text(f"{header}PE-01-0002,by mistake,office,2025-03-01\n")
    load_registry(warehouse, str(folder), NIGHT)
    (folder / "withdrawals.csv").write_text(f"{header}PE-01-2,by mistake,office,2025-03-01\n")
    assert faults(warehouse, folder)[0].startswith("withdrawals.csv: PE-01-2: no delivery has this submission_id")
    with warehouse.begin() as connection:
        connection.execute(sa.text("delete from ops.submission"))
    load_registry(warehouse, str(folder), NIGHT)
    with warehouse.connect() as connection:
        (warning,) = nights.warnings_of(connection, NIGHT)
    assert "PE-01-2: no delivery has this submission_id" in warning.said


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        (["2024-S1", "2024-S2", "2025-S1"], []),
        (["2024-S1", "2025-S1"], ["before and after 2024-S2, and not it: deliveries for it are returned (F05)"]),
        (["2024-S1", "2024-S2", "2025-S2"], []),  # 2025-S1 has not ended yet
        (
            ["2025-S2", "2024-S1", "2022-S2"],
            ["before and after 2023-S1 and 2023-S2 and 2024-S2, and not them: deliveries for them are returned"],
        ),
    ],
)
def test_a_calendar_that_leaps_over_a_semester_is_a_warning(
    warehouse: sa.Engine, folder: Path, periods: list[str], expected: list[str]
) -> None:
    """Once it has ended: from then on somebody may deliver for it."""
    ends = {"1": ("06-30", "08-14"), "2": ("12-31", "12-31")}
    rows = [f"{period},{period[:4]}-{ends[period[-1]][0]},{period[:4]}-{ends[period[-1]][1]}\n" for period in periods]
    write(folder, {"reporting_calendar.csv": "period,ends_on,due_on\n" + "".join(rows)})
    load_registry(warehouse, str(folder), NIGHT)
    with warehouse.connect() as connection:
        said = [(warning.subject, warning.said) for warning in nights.warnings_of(connection, NIGHT)]
    assert [subject for subject, _ in said] == ["reporting_calendar.csv"] * len(expected)
    assert [start in text for (_, text), start in zip(said, expected, strict=True)] == [True] * len(expected)


def test_the_operator_s_word_travels_with_the_night() -> None:
    conf = acceptances.conf_from_environment({"ACCEPT_REGISTRY": "yes", "ACCEPT_REVERSALS": ""})
    assert conf == {"accept_registry": "yes"}
    assert acceptances.of_conf({"night_id": "n", **conf}) == ("registry",)
    assert acceptances.of_conf({"accept_reversals": "yes"}) == ("reversals",)
    assert acceptances.of_conf({"accept_registry": "no"}) == ()
    with pytest.raises(PlatformError, match="ACCEPT_REVERSALS is either yes or not given"):
        acceptances.conf_from_environment({"ACCEPT_REVERSALS": "1"})
