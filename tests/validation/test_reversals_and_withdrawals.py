"""What was accepted is taken back by a word of the office or of the operator, and never by accident."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.nightly import publish
from include.nightly.in_process import SHOWING, TAKING, run_again, run_steps
from include.operations.rebuild import refill_ledger
from include.platform import database, nights
from include.platform.nights import Night
from include.stage1_registry.load import RegistryBroken
from include.stage4_validation.reversals import TooManyReversals
from tests.samples import Sample

pytestmark = pytest.mark.parametrize("sample", ["peru"], indirect=True)

LEDGER = "select submission_id, status, version, is_current, duplicate_of from ops.submission order by 1"
#: Without what follows from the figures, and from which delivery came before which.
FINDINGS = "select f::text from ops.finding as f where rule not in ('X01', 'X02', 'X03') order by 1"


@pytest.fixture(scope="module")
def copy(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The sample once more; each test leaves it with the registry it began with."""
    return sample.copy(tmp_path_factory.mktemp("taken_back"))


@pytest.fixture
def registry(copy: Sample, tmp_path: Path) -> Iterator[Path]:
    """The copy's registry folder, as it was afterwards."""
    folder = copy.settings.registry
    saved = shutil.copytree(folder, tmp_path / "saved")
    yield folder
    shutil.rmtree(folder)
    shutil.copytree(saved, folder)


def night(copy: Sample, night_id: str, accepts: Sequence[str] = ()) -> list[str]:
    """A night up to settled findings; returns its warnings."""
    run_steps(Night(night_id, copy.settings, tuple(accepts)), TAKING)
    return warnings(copy, night_id)


def warnings(copy: Sample, night_id: str) -> list[str]:
    engine = database.engine(copy.settings, "loader")
    try:
        with engine.connect() as connection:
            return [warning.said for warning in nights.warnings_of(connection, night_id)]
    finally:
        engine.dispose()


def ledger(copy: Sample) -> dict[str, sa.Row]:
    return {row.submission_id: row for row in copy.rows(LEDGER)}


def published(copy: Sample, submission_id: str) -> tuple[str, bool, int]:
    """What the marts say of a delivery: its status, whether it counts, how many rows of it stand behind figures."""
    engine = database.engine(copy.settings)
    query = sa.text("""
    select status, is_valid, (select count(*) from marts.kpi_evidence as e where e.submission_id = s.submission_id)
    from marts.fct_submission as s where s.submission_id = :one
    """)
    try:
        with engine.connect() as connection:
            return tuple(connection.execute(query, {"one": submission_id}).one())
    finally:
        engine.dispose()


def withdraw(registry: Path, *submission_ids: str, on: str = "2025-03-01") -> None:
    with (registry / "withdrawals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["submission_id", "reason", "withdrawn_by", "withdrawn_on"])
        writer.writerows([one, "sent for another year", "office", on] for one in submission_ids)


def test_many_reversals_wait_for_a_word(copy: Sample, registry: Path) -> None:
    before, found = ledger(copy), copy.rows(FINDINGS)
    current = [row for row in before.values() if row.is_current]
    lost = [
        row.submission_id for row in copy.rows("select * from ops.submission where period = '2024-S1' and is_current")
    ]
    assert len(lost) > 5 and len(lost) > 0.1 * len(current)
    calendar = registry / "reporting_calendar.csv"
    whole = calendar.read_text("utf-8")
    calendar.write_text("".join(line for line in whole.splitlines(True) if not line.startswith("2024-S1")))

    with pytest.raises(RegistryBroken, match="period 2024-S1 is not in it any more"):
        night(copy, "forgets")
    said = f"{len(lost)} of {len(current)} accepted current versions turn to returned .F05 for {len(lost)}.: {lost[0]}"
    for night_id, accepts in (("meant", ["registry"]), ("the night after", [])):
        with pytest.raises(TooManyReversals, match=said):
            night(copy, night_id, accepts)
        assert (ledger(copy), copy.rows(FINDINGS)) == (before, found)

    leap, warning = sorted(night(copy, "accepted", ["reversals"]), reverse=True)
    assert "2024-S1" in leap  # which the calendar has not, and its neighbours
    assert warning.startswith(f"accepted by ACCEPT_REVERSALS: {len(lost)} of {len(current)} accepted current versions")
    assert {ledger(copy)[one].status for one in lost} == {"returned"}
    assert not any(ledger(copy)[one].is_current for one in lost)

    calendar.write_text(whole)
    assert night(copy, "put back") == []
    assert (ledger(copy), copy.rows(FINDINGS)) == (before, found)


def test_a_few_reversals_go_their_way(copy: Sample, registry: Path) -> None:
    """Five at most, or a tenth: the rules would not be rules otherwise."""
    ((project,),) = copy.rows(
        "select project_code from ops.submission where is_current group by 1 having count(*) <= 5 order by 1 limit 1"
    )
    before, files = ledger(copy), {file: file.read_bytes() for file in registry.glob("*.csv")}
    for file in files:
        lines = file.read_text("utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if project not in line.split(",")), "utf-8")
    (warning, stray) = night(copy, "one project less", ["registry"])
    assert project in stray or "no project" in stray  # its folder is nobody's now
    assert warning.startswith(f"accepted by ACCEPT_REGISTRY: project {project}")
    gone = [one for one, row in before.items() if row.is_current and one.startswith(project)]
    assert {ledger(copy)[one].status for one in gone} == {"returned"}
    for file, content in files.items():
        file.write_bytes(content)
    assert night(copy, "the project again") == []
    assert ledger(copy) == before


def test_a_withdrawal_takes_a_delivery_out_and_nothing_else(copy: Sample, registry: Path) -> None:
    before, found = ledger(copy), copy.rows(FINDINGS)
    ((last, earlier),) = copy.rows("""
    select s.submission_id, b.submission_id
    from ops.submission as s
    inner join ops.submission as b
        on b.project_code = s.project_code and b.period = s.period and b.version < s.version
        and b.status like 'accepted%'
    where s.is_current order by 1 limit 1
    """)
    withdraw(registry, last)
    assert night(copy, "withdrawn") == []
    after = ledger(copy)
    assert (after[last].status, after[last].is_current, after[last].version) == (
        "withdrawn",
        False,
        before[last].version,
    )
    assert after[earlier].is_current and copy.rows(FINDINGS) == found
    assert [one for one in after if after[one] != before[one]] == sorted([earlier, last])
    reasons = copy.rows("select withdrawal_reason from ops.submission where withdrawal_reason is not null")
    assert reasons == [("sent for another year",)]

    run_again(copy.settings, (*SHOWING, publish.answer_partners))
    assert published(copy, last) == ("withdrawn", False, 0)
    status, valid, evidence = published(copy, earlier)
    assert (status, valid) == (before[earlier].status, True) and evidence > 0

    # The archive and the registry alone give the same.
    everything = copy.rows(LEDGER)
    refill_ledger(copy.settings, replace=True)
    night(copy, "rebuilt")
    assert copy.rows(LEDGER) == everything

    # The same bytes once more are another version, which counts, and stays one without the line.
    ((path,),) = copy.rows("select inbox_path from ops.submission where submission_id = :one", one=last)
    inbox = Path(copy.settings.inbox)
    again = inbox / Path(path).parent / "again.xlsx"
    shutil.copy(inbox / path, again.with_suffix(Path(path).suffix))
    again.with_name("empty.xlsx").write_bytes(b"")
    night(copy, "the same bytes")
    ((new, status, version), (returned, _, _)) = copy.rows("""
    select submission_id, status, version from ops.submission where night_id = 'the same bytes' order by status
    """)
    assert (status, ledger(copy)[new].is_current) == (before[last].status, True)
    assert version == before[last].version + 1

    # Without the line it is what it was; one for what counts for nothing says that it changes nothing.
    withdraw(registry, returned)
    assert night(copy, "taken away") == [
        f"withdrawals.csv names {returned}, which is returned and counts for nothing: the line has no effect"
    ]
    after = ledger(copy)
    assert (after[last].status, after[new].is_current, after[returned].status) == (
        before[last].status,
        True,
        "returned",
    )
    assert {one: after[one] for one in before if one != last} == {one: before[one] for one in before if one != last}


def test_a_withdrawal_is_no_reversal(copy: Sample, registry: Path) -> None:
    current = [row.submission_id for row in ledger(copy).values() if row.is_current]
    withdraw(registry, *current)
    assert night(copy, "all withdrawn") == []
    assert {ledger(copy)[one].status for one in current} == {"withdrawn"}
