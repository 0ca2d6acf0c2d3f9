"""What the commands of the record cannot mean: status 2, one sentence, and nothing is another than before."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from include import __main__ as entry
from include.closing import package, release, signing, verify
from include.platform import database
from include.platform.settings import Settings
from tests.closing.conftest import ANA, LUIS, RELEASE, forget_releases, propose
from tests.publication.clients import rows

#: What figures of the past, causes and releases stand in, and what says which nights there were.
TABLES = (
    *("marts.kpi_headline", "marts.kpi_headline_history", "marts.counted_row", "marts.counted_row_ended"),
    *("marts.figure_change", "marts.release", "marts.release_figure", "intermediate.published_fact"),
    *("ops.night", "ops.closing", "ops.submission"),
)
_HASHES = "\nunion all\n".join(
    f"select '{table}', count(*), sum(hashtextextended(row::text, 0)) from {table} as row" for table in TABLES
)
#: Of the server, of whoever works at it, and of Python.
_NOT_LISTED = ("postgres", "locks", "logs", "airflow")


@dataclasses.dataclass(frozen=True)
class Closed:
    """The programme with a signed release, and files that somebody shows: ``{name}`` stands for their folder."""

    settings: Settings
    folder: Path

    def state(self) -> object:
        """What stands in the tables of the record, and which files there are below STATE and in the folder."""
        places = (path for top in (self.settings.state, self.folder) for path in top.rglob("*"))
        files = {
            str(path): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in places
            if path.is_file() and not {*path.parts} & {*_NOT_LISTED}
        }
        return sorted(rows(self.settings, "administrator", _HASHES)), files


@pytest.fixture(scope="module")
def closed(office: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    folder = tmp_path_factory.mktemp("shown")
    with database.opened(office, "transformer") as engine:
        propose(engine, "misuse", "all are in")
        release.publish(office, engine, "misuse", ANA, LUIS)
    exported = folder / "whole.zip"
    verify.export(office, RELEASE, exported)
    content = exported.read_bytes()
    (folder / "cut.zip").write_bytes(content[: len(content) // 2])
    (folder / "text.zip").write_text("2025-S2/1")
    (folder / "empty.zip").write_bytes(b"")
    with zipfile.ZipFile(folder / "lacks.zip", "w") as file:
        file.writestr(package.TEXT, zipfile.ZipFile(exported).read(package.TEXT))
    place = content.index(package.EVIDENCE.encode()) + 2_000  # in the middle of what is compressed
    (folder / "garbled.zip").write_bytes(content[:place] + bytes(200) + content[place + 200 :])
    yield Closed(office, folder)
    forget_releases(office)


@pytest.fixture
def run(closed: Closed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command on the programme; its status, and what it said on standard output and standard error."""

    def run(command: str, **variables: str) -> tuple[int, str, str]:
        told = {name: value.format(shown=closed.folder) for name, value in variables.items()}
        for name, value in {**closed.settings.environment(), "AS_OF": "", **told}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = entry.main([command])
        return status, *capsys.readouterr()

    return run


_GREEN = {"KPI": "green_jobs"}
_NO_RELEASE = r"There is no release '.*'"
_NO_FILE = r"is no exported release, or was damaged"


@pytest.mark.parametrize(
    ("command", "variables", "said"),
    [
        ("verify-release", {}, "RELEASE is missing"),
        *(
            ("verify-release", {"RELEASE": name}, _NO_RELEASE)
            for name in ("2025-S2/9", "2025-S2", "2031-S1/1", "2025-S2/01", "2025-S2/../2025-S2/1", "1; drop")
        ),
        ("verify-release", {"FILE": "{shown}/nowhere.zip"}, "cannot be read: No such file"),
        ("verify-release", {"FILE": "{shown}"}, "cannot be read: Is a directory"),
        *(
            ("verify-release", {"FILE": f"{{shown}}/{name}.zip"}, _NO_FILE)
            for name in ("cut", "text", "empty", "lacks", "garbled")
        ),
        ("verify-release", {"FILE": "{shown}/whole.zip", "RELEASE": "2025-S1/1"}, "2025-S2/1, not 2025-S1/1"),
        ("export-release", {"FILE": "{shown}/new.zip"}, "RELEASE is missing"),
        ("export-release", {"RELEASE": RELEASE}, "FILE is missing"),
        *(
            ("export-release", {"RELEASE": name, "FILE": "{shown}/new.zip"}, _NO_RELEASE)
            for name in ("2025-S2/9", "2025-S2", "2025-S2/../2025-S2/1")
        ),
        ("export-release", {"RELEASE": RELEASE, "FILE": "{shown}/text.zip"}, "cannot be written: File exists"),
        ("export-release", {"RELEASE": RELEASE, "FILE": "{shown}/no/new.zip"}, "cannot be written: No such file"),
        ("reproduce", {}, "Say which figures"),
        ("reproduce", {"RELEASE": RELEASE, "AT": "2026-02-20"}, "Say which figures"),
        *(("reproduce", {"RELEASE": name}, _NO_RELEASE) for name in ("2025-S2/9", "2025-S2", "../1")),
        ("reproduce", {"AT": "2026-02-30"}, "AT has to be a date"),
        ("reproduce", {"AT": "yesterday"}, "AT has to be a date"),
        ("reproduce", {"AT": "2026-02-19"}, "2026-02-19 lies before 2026-02-20, the load date of the first night"),
        ("explain", {"KPI": "no_jobs", "AT": "2026-02-20"}, "no_jobs"),
        ("explain", {"KPI": "no_jobs", "SINCE": "2026-02-20"}, "no_jobs"),
        ("explain", {**_GREEN, "AT": "2026-02-20", "SCOPE": "country:XX"}, "XX"),
        ("explain", {**_GREEN, "SINCE": "2026-02-20", "SCOPE": "moon"}, "moon"),
        ("explain", {**_GREEN, "AT": "2026-02-20", "PERIOD": "2031-S1"}, "2031-S1"),
        ("explain", {**_GREEN, "SINCE": "2026-02-20", "PERIOD": "2031-S1"}, "2031-S1"),
        ("explain", {**_GREEN, "AT": "2026-02-19"}, "Figures are kept since 2026-02-20"),
        ("explain", {**_GREEN, "SINCE": "2026-02-19"}, "Figures are kept since 2026-02-20"),
        ("explain", {**_GREEN, "AT": "20 Feb"}, "AT has to be a date"),
        ("explain", {**_GREEN, "SINCE": "2026-2-20"}, "SINCE has to be a date"),
        ("explain", {**_GREEN, "AT": "2026-02-20", "SINCE": "2026-02-20"}, "either AT, .* or SINCE"),
        ("explain", {**_GREEN, "AT": "2026-02-20", "FORMAT": "csv"}, "leave ROWS, FORMAT and LANGUAGE out"),
        ("explain", {**_GREEN, "AS_OF": "2026-02-20"}, "explain knows no AS_OF"),
        ("close", {}, "PERIOD is missing"),
        ("close", {"PERIOD": "2031-S1"}, "There is no period '2031-S1'"),
        ("close", {"PERIOD": "2026-S1"}, "2026-S1 has not ended"),
        ("close", {"PERIOD": "2025-S2"}, "2025-S2 is closed already"),
        ("close", {"PERIOD": "2025-S1"}, "ana, of CLOSERS, is not a person of Airflow"),
        ("close", {"PERIOD": "2025-S1", "CLOSERS": ""}, "CLOSERS names nobody"),
        ("nightly", {"AS_OF": "2026-02-19"}, "2026-02-19.*make reproduce .*AT=2026-02-19"),
        ("rebuild", {"HISTORY": "yes"}, "is not empty, and nothing was changed"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_changes_nothing(
    run, closed: Closed, command: str, variables: dict[str, str], said: str
) -> None:
    before = closed.state()
    status, shown, error = run(command, **variables)
    assert (status, shown) == (2, ""), error
    *works_on, sentence = error.splitlines()
    assert re.search(said, sentence), error
    assert not works_on or command in ("nightly", "rebuild"), error  # which say first what they work on
    assert closed.state() == before


def _forge(closed: Closed, name: str) -> Path:
    """The exported release with another approver, and a signature by another key that fits it."""
    key = Ed25519PrivateKey.generate()
    one = package.Package.read(closed.folder / "whole.zip")
    text = one.text.replace(b"approved_by: luis", b"approved_by: eva")
    forged = dataclasses.replace(one, text=text, signature=key.sign(text), key=signing.as_pem(key.public_key()))
    (closed.folder / name).write_bytes(forged.content())
    return closed.folder / name


def test_a_forged_file_is_told_and_changes_nothing(run, closed: Closed) -> None:
    file = _forge(closed, "forged.zip")
    before = closed.state()
    status, shown, error = run("verify-release", FILE=str(file))
    assert (status, error) == (1, "") and "NOT AS SIGNED: it is signed with key" in shown
    assert closed.state() == before


@pytest.mark.parametrize(
    ("damage", "said"), [(b"PK no zip", "was damaged"), (None, "is gone: the archive has no copy")]
)
def test_a_copy_that_the_archive_has_lost_is_a_fault_and_is_not_exported(
    run, closed: Closed, damage: bytes | None, said: str
) -> None:
    path = package.path_of(closed.settings.archive, RELEASE)
    content = path.read_bytes()
    path.unlink()
    if damage:
        path.write_bytes(damage)
    try:
        before = closed.state()
        status, shown, error = run("verify-release", RELEASE=RELEASE)
        assert (status, error) == (1, "") and re.search(f"NOT AS SIGNED: .*{said}", shown), shown
        status, _, error = run("export-release", RELEASE=RELEASE, FILE="{shown}/new.zip")
        assert (status, error.count("\n")) == ((1, 1) if damage else (2, 1)), error
        assert closed.state() == before
    finally:
        path.write_bytes(content)
