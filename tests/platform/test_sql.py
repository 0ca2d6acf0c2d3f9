"""SQL stands in files beside its callers, each statement under a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from include.platform.sql import statements

INCLUDE = Path(__file__).parents[2] / "include"
NAMED = sorted(path for path in INCLUDE.rglob("*.sql") if "-- name: " in path.read_text("utf-8"))


def test_statements_are_found_by_name_and_filled(tmp_path: Path) -> None:
    (tmp_path / "module.sql").write_text(
        "-- The file's own.\n-- name: one\n-- Its reason.\nselect :a;\n\n-- name: two\nselect 1 from {table};\n"
    )
    found = statements(str(tmp_path / "module.py"))
    assert str(found("one")).splitlines() == ["-- Its reason.", "select :a"]
    assert str(found("two", table="raw.sales")) == "select 1 from raw.sales"
    with pytest.raises(KeyError):
        found("three")


@pytest.mark.parametrize("text", ["select 1;\n", "-- name: one\nselect 1;\n\n-- name: one\nselect 2;\n"])
def test_a_file_without_names_or_with_one_twice_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "module.sql").write_text(text)
    with pytest.raises(ValueError, match="name"):
        statements(str(tmp_path / "module.py"))


@pytest.mark.parametrize("path", NAMED, ids=lambda path: str(path.relative_to(INCLUDE)))
def test_what_a_module_names_is_what_its_file_has(path: Path) -> None:
    names = set(re.findall(r"^-- name: (\w+)$", path.read_text("utf-8"), re.MULTILINE))
    assert names == set(re.findall(r"\b_SQL\(\s*\"(\w+)\"", path.with_suffix(".py").read_text("utf-8")))
