"""The corpus of named faults in ``tests/fixtures``: every file is read as its line of ``expected.yaml`` says."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.fixtures.make import FILES, FOLDER
from tests.reading.deliveries import GOOD, read

EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))
_NO_DELIVERY = {"expected.yaml", "make.py", "__init__.py", "__pycache__"}


def test_every_file_is_made_and_expected() -> None:
    files = {path.name for path in FOLDER.iterdir()} - _NO_DELIVERY
    assert files >= FILES.keys() == EXPECTED.keys(), "run python -m tests.fixtures.make; say what is expected"
    assert len(FILES) > 90
    assert all(expected["why"] for expected in EXPECTED.values())


@pytest.mark.parametrize("name", sorted(FILES))
def test_read_as_expected(name: str) -> None:
    expected = EXPECTED[name]
    reading = read(FOLDER / name)
    found = sorted((list(row) for row in reading.findings.iter_rows()), key=str)
    if rule := expected.get("refused"):
        assert found == [[rule, "file", None, None, None, None]], expected["why"]
        assert reading.frames == {}
        assert "unforeseen" not in reading.details["refused"]["reason"], "refused for a reason the reader knows"
        return
    assert found == sorted(expected.get("findings", []), key=str), expected["why"]
    for sheet, rows in expected.get("values", {}).items():
        read_rows = {row["row_number"]: row for row in reading.frames[sheet].iter_rows(named=True)}
        for number, values in rows.items():
            assert {column: read_rows[number][column] for column in values} == values, expected["why"]
    assert reading.frames.keys() == {"cover", *GOOD}
