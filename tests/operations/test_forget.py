"""An enterprise that asks to be erased: nothing says its name any more, and no figure changes."""

from __future__ import annotations

import html
import os
import signal
import subprocess
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.operations import erasing
from include.operations.forget import finish_interrupted, forget
from include.operations.rebuild import refill_ledger
from include.platform import database
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage2_landing import manifest
from include.stage3_reading.confined.reader import ConfinedReader
from include.stage3_reading.confined.redaction import Redaction
from include.stage3_reading.container.limits import MEGABYTE, Limits
from tests.operations.conftest import rows_of

#: Of every kind of file one: the enterprises that most deliveries name.
_WHOM = """
select e.enterprise_key, min(e.legal_name) as legal_name, min(e.tax_id) as tax_id
from restricted.enterprise as e
inner join raw.enterprises as r on r.taxpayer_key = e.enterprise_key
inner join ops.submission as s on s.submission_id = r.submission_id
where e.tax_id_is_valid and e.legal_name <> 'ERASED' and s.reading ->> 'container' = :container
group by e.enterprise_key order by count(distinct s.submission_id) desc, min(e.legal_name) limit 1
"""
#: One whose name had to be repaired on reading: white space around it.
_REPAIRED = """
select e.enterprise_key, min(e.legal_name) as legal_name, min(e.tax_id) as tax_id
from restricted.enterprise as e
inner join raw.enterprises as r on r.taxpayer_key = e.enterprise_key
inner join raw.reading_finding as f on f.submission_id = r.submission_id and f.row_number = r.row_number
where f.sheet = 'enterprises' and f.rule = 'C09' and f.column_name = 'legal_name'
group by e.enterprise_key order by min(e.legal_name) limit 1
"""


def _whom(settings: Settings, container: str) -> sa.Row:
    with database.connected(settings) as connection:
        return connection.execute(sa.text(_WHOM), {"container": container}).one()


def _repaired(settings: Settings) -> sa.Row:
    with database.connected(settings) as connection:
        return connection.execute(sa.text(_REPAIRED)).one()


def _says(settings: Settings, *texts: str) -> list[str]:
    """Where any of the texts stands: tables, and files of the archive and the answers with all that is zipped in."""
    found = [
        table
        for table, rows in rows_of(settings, *("raw", "ops", "work", "restricted", "candidate_restricted")).items()
        if any(text in row for row in rows for text in texts)
    ]
    for folder in (settings.archive, settings.feedback, settings.outbox):
        for file in (path for path in folder.rglob("*") if path.is_file()):
            contents = [file.read_bytes()]
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    contents = [archive.read(name) for name in archive.namelist()]
            if any(text.encode(encoding) in content for content in contents for text in texts for encoding in _CODES):
                found.append(str(file.relative_to(settings.state)))
    return found


_CODES = ("utf-8", "cp1252")


def test_nothing_says_the_name_and_no_figure_changes(copy: Settings) -> None:
    before = rows_of(copy, "marts")
    people = [_whom(copy, "xlsx"), _whom(copy, "zip"), _repaired(copy)]
    texts = [text for person in people for text in (person.legal_name, person.tax_id)]
    # What a night leaves in between, and what a rule in shadow finds.
    _execute(copy, "loader", "drop table if exists work.enterprises cascade")
    _execute(copy, "loader", "create unlogged table work.enterprises as table raw.enterprises")
    _execute(
        copy,
        "loader",
        """
        insert into ops.shadow_finding (submission_id, rule, severity, sheet, row_number, column_name, value)
        select submission_id, 'E10', 'warning', 'enterprises', row_number, 'legal_name', legal_name from raw.enterprises
        """,
    )
    assert {"work.enterprises", "ops.shadow_finding"} <= set(_says(copy, *texts))
    assert len(_says(copy, *texts)) > 4
    for person in people:
        done = forget(copy, person.enterprise_key)
        assert done.rows and done.copies
        assert (done.left, done.not_searched) == ((), ())
    assert _says(copy, *texts) == []
    assert rows_of(copy, "marts") == before
    _execute(copy, "loader", "truncate ops.shadow_finding")

    refill_ledger(copy, replace=True)
    run_night(copy, "rebuilt")
    assert rows_of(copy, "marts", without=("marts.load_status",)) == {
        table: rows for table, rows in before.items() if table != "marts.load_status"
    }
    assert _says(copy, *texts) == []


@pytest.fixture
def person(copy: Settings) -> sa.Row:
    """An enterprise that is not erased yet, of workbooks, the one that most deliveries name."""
    return _whom(copy, "xlsx")


def _execute(settings: Settings, role: str, statement: str, **values: object) -> None:
    with database.transaction(settings, role) as connection:
        connection.execute(sa.text(statement), values)


def test_what_is_left_is_told(copy: Settings, person: sa.Row) -> None:
    """A table or a file that nobody thought of, packed ones too; what logs and reports say is written over."""
    name = person.legal_name
    log = copy.logs / "airflow" / "a.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(f"said of {name}, and more\n")
    kept = copy.state / "notes" / "kept.zip"
    kept.parent.mkdir()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", f"<t>{html.escape(name)}</t>".encode())
    message = EmailMessage()
    message.set_content(f"Estimados:\n\n{name} – ñandú\n", cte="base64")
    (copy.outbox / "sent").mkdir(exist_ok=True)
    (copy.outbox / "sent" / "watch_1.eml").write_bytes(message.as_bytes())
    other_half = f"x{person.tax_id}x"  # another number
    _execute(copy, "loader", "create table ops.note_by_hand (said jsonb)")
    _execute(
        copy, "loader", "insert into ops.note_by_hand values (jsonb_build_object('about', cast(:n as text)))", n=name
    )
    _execute(copy, "transformer", "create table staging.kept (names text[], n int)")
    _execute(copy, "transformer", "insert into staging.kept values (array[:one], 1)", one=person.tax_id)
    _execute(copy, "transformer", "insert into staging.kept values (array[:one], 1)", one=other_half)
    done = forget(copy, person.enterprise_key)
    assert set(done.left) == {
        "table ops.note_by_hand: 1 rows",
        "table staging.kept: 1 rows",
        "file notes/kept.zip: 1 times",
        "file outbox/sent/watch_1.eml: 1 times",
    }
    assert log.read_text() == f"said of {'*' * len(name.encode())}, and more\n"
    assert done.not_searched == () and done.inbox_paths
    assert all((Path(copy.inbox) / path).is_file() for path in done.inbox_paths)
    _execute(copy, "loader", "drop table ops.note_by_hand")
    _execute(copy, "transformer", "drop table staging.kept")


#: Where the process ends, and whether the erasure is finished or undone then.
_KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from include.operations import forget
from include.platform.settings import Settings
def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
setattr({module}, {function!r}, kill)
forget.forget(Settings.from_environment(), {key!r})
"""
INSTANTS = {
    "before the copies are compared": ("forget", "check", False),
    "when all copies are there": ("forget.erasing", "put_in_place", True),
    "between the two roles": ("forget", "clear_transformer", True),
    "before the manifests know": ("forget", "repoint", True),
}


def test_an_erasure_that_is_killed_is_whole_or_nothing(copy: Settings) -> None:
    for module, function, is_finished in INSTANTS.values():
        person = _whom(copy, "xlsx")
        before = rows_of(copy, "marts")
        everything = rows_of(copy, "raw", "ops", "restricted")
        script = _KILLED.format(root=str(PROJECT_ROOT), module=module, function=function, key=person.enterprise_key)
        environment = {**os.environ, **copy.environment(), "PYTHONPATH": str(PROJECT_ROOT)}
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert finish_interrupted(copy) is is_finished, function
        if is_finished:
            assert _says(copy, person.legal_name, person.tax_id) == [], function
        else:
            assert rows_of(copy, "raw", "ops", "restricted") == everything
        assert not list(copy.archive.rglob("*.part")) and not erasing.journal(copy).exists()
        assert rows_of(copy, "marts") == before
        assert finish_interrupted(copy) is False
        archived = manifest.read(copy.archive)
        assert len(archived.deliveries) > 20 and archived.faults == []


def test_a_file_that_cannot_be_redacted_stops_all_of_it(copy: Settings, person: sa.Row) -> None:
    """The last of several: the others, which could be, are as they were."""
    engine = database.engine(copy, "loader")
    with engine.connect() as connection:
        paths = connection.scalars(
            sa.text("""
            select distinct s.archive_path
            from ops.submission as s inner join raw.enterprises as r using (submission_id)
            where r.taxpayer_key = :key order by 1
            """),
            {"key": person.enterprise_key},
        ).all()
    engine.dispose()
    assert len(paths) > 1
    last = copy.archive / paths[-1]
    content = last.read_bytes()
    last.write_bytes(content[: len(content) // 2])
    everything, files = rows_of(copy, "raw", "ops", "restricted"), _files(copy)
    try:
        with pytest.raises(PlatformError, match=r"cannot be redacted .*nothing was erased"):
            forget(copy, person.enterprise_key)
        assert rows_of(copy, "raw", "ops", "restricted") == everything and _files(copy) == files
    finally:
        last.write_bytes(content)


def _files(settings: Settings) -> dict[str, bytes]:
    folders = (settings.archive, settings.feedback, settings.outbox)
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_a_style_in_the_last_corner_of_the_sheet(tmp_path: Path) -> None:
    """Neither it nor a merged rectangle is made cell by cell; what stands in sheets nobody reads goes, too."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "empresas"
    workbook.active["B2"] = "Verde S.A."
    workbook.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    workbook.create_sheet("apuntes")["A1"] = "habla con Verde S.A. mañana"
    source = tmp_path / "a.xlsx"
    workbook.save(source)
    merged = tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(merged, "w") as after:
        for name in before.namelist():
            content = before.read(name).replace(
                b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="C3:XFD1048576"/></mergeCells>'
            )
            after.writestr(name, content)
    redaction = Redaction({"empresas": [(2, "B", "ERASED")]}, texts=["Verde S.A."], read=["empresas"])
    with ConfinedReader(Limits(max_memory_bytes=1024 * MEGABYTE, max_cpu_seconds=20)) as reader:
        for path in (source, merged):
            target = tmp_path / "new.xlsx"
            target.write_bytes(reader.redacted(path, redaction))
            written = openpyxl.load_workbook(target)
            assert written["empresas"]["B2"].value == "ERASED"
            assert written["apuntes"]["A1"].value == "habla con ERASED mañana"


def test_what_ends_the_decoder_is_no_more_than_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    with ConfinedReader(Limits()) as reader, pytest.raises(ValueError, match="BadZipFile"):
        reader.redacted(tmp_path / "a.xlsx", Redaction({}))
    workbook = openpyxl.Workbook()
    for row in range(1, 20_000):
        workbook.active.cell(row, 1, row)
    workbook.save(tmp_path / "b.xlsx")
    limits = Limits(max_wall_seconds=1, max_memory_bytes=300 * MEGABYTE)
    with ConfinedReader(limits) as reader, pytest.raises(ValueError, match=r"Error|seconds|memory"):
        reader.redacted(tmp_path / "b.xlsx", Redaction({}))


def test_an_unknown_key_is_refused(programme: Settings) -> None:
    with pytest.raises(PlatformError, match="No enterprise goes by"):
        forget(programme, "0" * 32)
