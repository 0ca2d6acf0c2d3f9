"""The sample programmes: what the reading finds is what is expected of it, and nothing else."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from include.contract import load_contract
from tests.reading.deliveries import KEY, places, read_submission

Place = tuple[str, str, int | None, str | None]

#: Nothing is expected of a duplicate, which landing recognises and nobody reads.
DUPLICATES = {"otra vez.zip"}


def expected_findings(sample: Path) -> dict[tuple[str, str], set[Place]]:
    """(project, file) -> findings expected of it."""
    found: dict[tuple[str, str], set[Place]] = defaultdict(set)
    with (sample / "expected" / "finding.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row["row_number"]) if row["row_number"] else None
            place = (row["rule"], row["sheet"], number, row["column_name"] or None)
            found[row["project_code"], row["file_name"]].add(place)
    return found


@pytest.mark.parametrize("name", ["peru", "hostile"])
def test_findings(samples: dict[str, Path], name: str) -> None:
    expected = expected_findings(samples[name])
    ours = {rule.key for rule in load_contract().rules.values() if rule.found_by == "reading"}
    checked = 0
    for path in sorted(samples[name].glob("inbox/*/*")):
        if path.name.startswith(".") or path.suffix == ".part" or path.name in DUPLICATES:
            continue
        reading = read_submission(path, path.name, path.parent.name, KEY)
        of_file = expected[path.parent.name, path.name]
        # Consequences that are hidden later: a repeated row, a total or note, and everything beside F03 to F05.
        hidden_rows = {(sheet, row) for rule, sheet, row, _ in of_file if rule in ("R01", "R05")}
        not_judged = any(rule in ("F03", "F04", "F05") for rule, *_ in of_file)
        found = {
            (rule, sheet, row, column)
            for rule, sheet, row, column in places(reading)
            if (sheet, row) not in hidden_rows and not (not_judged and rule.startswith("C"))
        }
        assert found == {place for place in of_file if place[0] in ours}, path.name
        assert "unforeseen" not in str(reading.details)
        checked += 1
    assert checked == {"peru": 41, "hostile": 38}[name]
