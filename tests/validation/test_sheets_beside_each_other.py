"""Sheets are judged on connections of their own: what one of them meets ends the judging."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.contract import Sheet
from include.platform import database
from include.platform.causes import WorkLost
from include.platform.settings import Settings
from include.stage4_validation import progress, validate


@pytest.fixture
def loader(programme: Settings) -> Iterator[sa.Engine]:
    """Of a warehouse with reference figures, and with nothing left to judge."""
    engine = database.engine(programme, "loader")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("broken", ["make_row_table", "write_cell_findings"])
def test_what_fails_on_one_sheet_fails_the_step(
    broken: str, loader: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = getattr(validate, broken)

    def fail(connection: sa.Connection, sheet: Sheet) -> None:
        if sheet.key == "jobs":
            raise OSError("no space left")
        works(connection, sheet)

    monkeypatch.setattr(validate, broken, fail)
    validate.prepare(loader)
    with pytest.raises(OSError, match="no space left"):
        validate.judge(loader, tmp_path)
    with loader.begin() as connection:
        assert progress.is_at(connection, progress.PREPARED)


def test_no_table_is_made_of_what_a_restart_has_emptied(
    loader: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_judged_sheets = validate.make_judged_sheets

    def make_and_lose(connection: sa.Connection) -> None:
        make_judged_sheets(connection)
        connection.execute(sa.text("truncate work.progress"))

    monkeypatch.setattr(validate, "make_judged_sheets", make_and_lose)
    validate.prepare(loader)
    made: list[str] = []
    monkeypatch.setattr(validate, "make_row_table", lambda connection, sheet: made.append(sheet.key))
    with pytest.raises(WorkLost):
        validate.judge(loader, tmp_path)
    assert made == []
