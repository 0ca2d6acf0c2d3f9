"""An enterprise that asks to be erased: nothing says its name any more, and no figure changes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.operations.backup import backup, restore
from include.operations.forget import forget
from include.operations.rebuild import refill_ledger
from include.platform import database, postgres
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage7_feedback.answer import answer_partners
from tests.end_to_end.stages import run_night
from tests.operations.conftest import rows_of

#: Of every kind of file one: the enterprises that most deliveries name.
_WHOM = """
select e.enterprise_key, min(e.legal_name) as legal_name, min(e.tax_id) as tax_id
from restricted.enterprise as e
inner join raw.enterprises as r on r.taxpayer_key = e.enterprise_key
inner join ops.submission as s on s.submission_id = r.submission_id
where e.tax_id_is_valid and s.reading ->> 'container' = :container
group by e.enterprise_key order by count(distinct s.submission_id) desc, 1 limit 1
"""


@pytest.fixture
def copy(programme: Settings, elsewhere: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A warehouse of its own, equal to the programme's."""
    restore(elsewhere, backup(programme, tmp_path / "warehouse.tar"))
    answer_partners(elsewhere)
    yield elsewhere
    postgres.stop(elsewhere)


def _whom(settings: Settings, container: str) -> sa.Row:
    engine = database.engine(settings)
    with engine.connect() as connection:
        row = connection.execute(sa.text(_WHOM), {"container": container}).one()
    engine.dispose()
    return row


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
    people = [_whom(copy, container) for container in ("xlsx", "zip")]
    texts = [text for person in people for text in (person.legal_name, person.tax_id)]
    assert len(_says(copy, *texts)) > 4
    for person in people:
        done = forget(copy, person.enterprise_key)
        assert done.rows and done.copies
    assert _says(copy, *texts) == []
    assert rows_of(copy, "marts") == before

    refill_ledger(copy, replace=True)
    run_night(copy, "rebuilt")
    assert rows_of(copy, "marts", without=("marts.load_status",)) == {
        table: rows for table, rows in before.items() if table != "marts.load_status"
    }
    assert _says(copy, *texts) == []


def test_an_unknown_key_is_refused(programme: Settings) -> None:
    with pytest.raises(PlatformError, match="No enterprise goes by"):
        forget(programme, "0" * 32)
