"""SQL beside its caller: by name, with its pieces, and one clear error where either is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.platform.statements import Statements, beside

NIGHTS = """\
-- What the operator asks of nights.

-- name: late
select night_id
from ops.night
where started_at < :now and reason = any('{}'::text[]);

-- name: rows
select count(*)
from {table}
where {condition};
"""


@pytest.fixture
def statements(tmp_path: Path) -> Statements:
    (tmp_path / "nights.sql").write_text(NIGHTS)
    return beside(str(tmp_path / "nights.py"))


def test_each_statement_by_its_name_and_its_parameters_are_sqlalchemys(statements: Statements) -> None:
    late = statements("late")
    assert late.text.startswith("select night_id") and late.text.endswith("'{}'::text[])")
    assert list(late._bindparams) == ["now"]


def test_pieces_are_filled_in(statements: Statements) -> None:
    said = statements.text("rows", table="raw.jobs", condition="row_number > 3")
    assert said == "select count(*)\nfrom raw.jobs\nwhere row_number > 3"


def test_a_file_of_one_statement_needs_no_name(tmp_path: Path) -> None:
    (tmp_path / "one.sql").write_text("-- Why.\nselect 1;\n")
    assert beside(str(tmp_path / "one.py")).text() == "-- Why.\nselect 1"


def test_what_is_not_there_is_named(statements: Statements) -> None:
    with pytest.raises(KeyError, match="early"):
        statements("early")
    with pytest.raises(KeyError, match="condition"):
        statements("rows", table="raw.jobs")
    with pytest.raises(ValueError, match=r"nights\.sql: late has no table"):
        statements("late", table="raw.jobs")
