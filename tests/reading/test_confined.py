"""What a file can do to the process that decodes it, and what becomes of the files beside it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from include.platform import tables
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage3_reading.batches import read_batch
from include.stage3_reading.confined import reader as confined
from include.stage3_reading.confined.reader import NEEDS_MEMORY, ConfinedReader, DecoderStopped
from include.stage3_reading.container.limits import MEGABYTE, Limits
from tests.reading.deliveries import (
    cover_rows,
    good_sheets,
    places,
    read_file,
    rewritten,
    write_archive,
    write_workbook,
)

REFUSED_AS_UNSAFE = {("F02", "file", None, None)}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(tmp_path_factory.mktemp("good") / "good.xlsx", good_sheets())


@pytest.fixture(scope="module")
def slow(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook within the limits, written so that it takes seconds of an XML parser."""
    generator = random.Random(1)  # numbers that do not pack too well for the limits
    rows = ("<row>" + "".join(f"<c><v>{generator.random()}</v></c>" for _ in range(250)) + "</row>" for _ in range(400))
    sheet = "<worksheet><sheetData><!-- -->" + "".join(rows) * 10 + "</sheetData></worksheet>"
    target = tmp_path_factory.mktemp("slow") / "slow.xlsx"
    return rewritten(good, target, {"xl/worksheets/sheet2.xml": sheet})


@pytest.fixture(scope="module")
def reader() -> Iterator[ConfinedReader]:
    with ConfinedReader(Limits()) as made:
        yield made


def reads_good_files(reader: ConfinedReader, good: Path) -> bool:
    return places(reader.read(good, good.name), info=True) == set()


def process(reader: ConfinedReader) -> int:
    assert reader._child
    return reader._child.process.pid


def test_the_same_is_read_as_without_a_child(reader: ConfinedReader, tmp_path: Path) -> None:
    """Also what is odd: empty frames, control characters, findings, an archive, a file that is refused."""
    odd = good_sheets(cover=cover_rows(period=None, contact_name='a "b"\x07'), sales=None, jobs=[["x"]])
    (tmp_path / "c.pdf").write_bytes(b"")
    entries: dict[str, Any] = {f"{sheet}.csv": rows for sheet, rows in odd.items()}
    for path in (
        write_workbook(tmp_path / "a.xlsx", odd),
        write_archive(tmp_path / "b.zip", entries),
        tmp_path / "c.pdf",
    ):
        ours, theirs = reader.read(path, path.name), read_file(path, path.name, Limits())
        assert ours.findings.equals(theirs.findings)
        assert ours.findings.schema == theirs.findings.schema
        assert ours.frames.keys() == theirs.frames.keys()
        for sheet, frame in theirs.frames.items():
            assert ours.frames[sheet].equals(frame)
            assert ours.frames[sheet].schema == frame.schema
        assert (ours.period, ours.language, ours.details, ours.sheets) == (
            theirs.period,
            theirs.language,
            theirs.details,
            theirs.sheets,
        )


def test_one_child_for_many_files(reader: ConfinedReader, good: Path) -> None:
    assert reads_good_files(reader, good)
    first = process(reader)
    assert reads_good_files(reader, good)
    assert process(reader) == first


@pytest.mark.skipif(sys.platform != "linux", reason="what a child's memory is told from is Linux's")
def test_a_large_parent_makes_no_large_child(good: Path) -> None:
    """Where it did, each file of a large process would wait for a new child."""
    program = """
import sys
from pathlib import Path
from include.stage3_reading.confined.reader import ConfinedReader
from include.stage3_reading.container.limits import Limits
ballast, file = bytearray(b"x") * 900_000_000, Path(sys.argv[1])
with ConfinedReader(Limits()) as reader:
    reader.read(file, file.name)
    print(reader._child is not None)
"""
    done = subprocess.run([sys.executable, "-c", program, str(good)], cwd=PROJECT_ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "True", done.stderr


def test_a_large_child_is_replaced(reader: ConfinedReader, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "_RENEW_ABOVE", MEGABYTE)
    assert reads_good_files(reader, good)
    assert reader._child is None
    assert reads_good_files(reader, good)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_memory_bytes=400 * MEGABYTE), NEEDS_MEMORY),
        (Limits(max_cpu_seconds=2), "takes more than 2 seconds of computing"),
        (Limits(max_wall_seconds=3), "takes more than 3 seconds"),
    ],
    ids=["memory", "processor time", "time"],
)
def test_running_over(good: Path, slow: Path, limits: Limits, reason: str) -> None:
    with ConfinedReader(limits) as reader:
        reading = reader.read(slow, slow.name)
        assert places(reading) == REFUSED_AS_UNSAFE
        assert reading.details["refused"] == {"rule": "F02", "reason": reason, "cause": "too_much", "place": {}}
        assert reading.frames == {}
        assert reader._child is None, "the next one has a new child"


def test_a_file_does_not_answer_for_the_one_before(reader: ConfinedReader, good: Path) -> None:
    assert reads_good_files(reader, good)
    os.kill(process(reader), signal.SIGKILL)
    assert reads_good_files(reader, good)


@pytest.mark.parametrize(("number", "rule"), [(signal.SIGSEGV, "F01"), (signal.SIGTERM, "")])
def test_dying_of_a_file(slow: Path, good: Path, number: signal.Signals, rule: str, reader: ConfinedReader) -> None:
    """A new child that dies while reading: the file's fault, unless somebody told it to stop."""
    reader._end()
    reader._start()
    killer = threading.Timer(0.5, os.kill, (process(reader), number))
    killer.start()
    if rule:
        assert places(reader.read(slow, slow.name)) == {(rule, "file", None, None)}
    else:
        with pytest.raises(DecoderStopped):
            reader.read(slow, slow.name)
    killer.join()
    assert reads_good_files(reader, good)


def test_a_child_killed_from_outside_is_no_fault_of_a_file(slow: Path, reader: ConfinedReader) -> None:
    """As an operator or a system short of memory does, while the child is new; the file is read by the next one."""
    unkilled = reader.read(slow, slow.name)
    reader._end()
    reader._start()
    killer = threading.Timer(0.5, os.kill, (process(reader), signal.SIGKILL))
    killer.start()
    killed = reader.read(slow, slow.name)
    killer.join()
    assert places(killed, info=True) == places(unkilled, info=True)
    assert killed.details.get("refused") == unkilled.details.get("refused")


def test_a_child_killed_as_it_starts_is_started_again(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = confined._Child, []

    def start_and_kill_the_first() -> confined._Child:
        started.append(start())
        if len(started) == 1:
            started[0].process.kill()
            started[0].process.wait()
        return started[-1]

    monkeypatch.setattr(confined, "_Child", start_and_kill_the_first)
    with ConfinedReader(Limits()) as reader:
        assert reads_good_files(reader, good)
    assert len(started) == 2


@pytest.mark.parametrize(
    ("status", "rule"), [(-signal.SIGABRT, "F02"), (-signal.SIGKILL, "F02"), (-signal.SIGBUS, "F01"), (1, "F01")]
)
def test_the_rule_that_ways_of_dying_break(status: int, rule: str) -> None:
    assert confined._verdict(status, Limits())[0] == rule


def test_an_archive_that_lost_a_file_is_no_fault_of_the_partners(reader: ConfinedReader, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        reader.read(tmp_path / "gone.xlsx", "gone.xlsx")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_the_child_has(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret in its environment, no descriptor of ours, and limits it cannot raise again."""
    secret = "sesame-open-now"
    for name in ("PSEUDONYM_KEY", "LOADER_PASSWORD", "WAREHOUSE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
        monkeypatch.setenv(name, secret)
    with good.open("rb") as file, ConfinedReader(Limits()) as reader:
        os.set_inheritable(file.fileno(), True)
        assert reads_good_files(reader, good)
        child = Path("/proc") / str(process(reader))
        assert secret not in child.joinpath("environ").read_text()
        targets = [str(descriptor.readlink()) for descriptor in child.joinpath("fd").iterdir()]
        assert targets
        assert all(target == "/dev/null" or target.startswith(("pipe:", "anon_inode:")) for target in targets), targets
        limits = child.joinpath("limits").read_text()
        assert [line.split()[-3:-1] for line in limits.splitlines() if line.startswith("Max file size")] == [["0", "0"]]
        space = str(Limits().max_memory_bytes)
        assert [line.split()[-3:-1] for line in limits.splitlines() if line.startswith("Max address")] == [[space] * 2]


def test_a_child_that_does_not_start_is_no_fault_of_a_file(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined.sys, "executable", "/bin/false")
    with ConfinedReader(Limits()) as reader, pytest.raises(DecoderStopped, match="did not start"):
        reader.read(good, good.name)


def test_a_batch_goes_on(
    settings: Settings, loader: sa.Engine, good: Path, slow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bombs among good ones: each of the good ones is loaded with its keys, each bomb is returned."""
    monkeypatch.setenv("READING_MAX_CPU_SECONDS", "2")
    (tmp_path / "no.pdf").write_bytes(b"x")
    deliveries = [good, slow, tmp_path / "no.pdf", good]
    identifiers = [f"PE-01-{number:04d}" for number in range(1, len(deliveries) + 1)]
    settings.archive.mkdir(exist_ok=True)
    every = [*tables.raw.values(), tables.reading_finding, tables.sheet_reading, tables.submission]
    emptied = sa.text("truncate " + ", ".join(f"{table.schema}.{table.name}" for table in every))
    with loader.begin() as connection:
        connection.execute(emptied)
        for number, (identifier, path) in enumerate(zip(identifiers, deliveries, strict=True), 1):
            archived = settings.archive / f"confined-{number}{path.suffix}"
            archived.write_bytes(path.read_bytes())
            connection.execute(
                sa.insert(tables.submission).values(
                    submission_id=identifier,
                    project_code="PE-01",
                    delivery_number=number,
                    inbox_path=f"PE-01/{number}{path.suffix}",
                    file_name=path.name,
                    sha256=f"{number:064d}",
                    size_bytes=1,
                    modified_at=datetime(2025, 1, 5, tzinfo=UTC),
                    archive_path=archived.name,
                    night_id="n",
                    received_on=date(2025, 3, 1),
                )
            )
    try:
        read_batch(settings, identifiers)
        with loader.connect() as connection:
            ledger = connection.execute(sa.select(tables.submission.c.submission_id, tables.submission.c.status)).all()
            keys = connection.execute(sa.text("select submission_id, enterprise_key from raw.enterprises")).all()
            rules = connection.execute(
                sa.text("select submission_id, rule from raw.reading_finding where rule <> 'C09' order by 1")
            ).all()
        assert {status for _, status in ledger} == {"read"}
        assert {identifier for identifier, _ in keys} == {identifiers[number] for number in (0, 3)}
        assert len({key for _, key in keys}) == 1
        assert all(key for _, key in keys)
        assert [tuple(row) for row in rules] == [
            (identifiers[1], "F02"),
            (identifiers[2], "F01"),
        ]
    finally:
        with loader.begin() as connection:
            connection.execute(emptied)
