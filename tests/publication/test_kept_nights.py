"""The archive's list of nights: whole lines, each night once, and what was decided of deliveries."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from include.stage6_publication import kept_nights


def line(night_id: str, day: int, **changed: Any) -> dict[str, Any]:
    moment = datetime(2025, 3, day, 6, tzinfo=UTC)
    night = {"night_id": night_id, "as_of": date(2025, 3, day), "inbox": "i", "registry": "r", "accepts": ["registry"]}
    judged = {"registry_sha256": "a", "reference_sha256": "b", "rules_sha256": None, "code_version": "1+2"}
    return {**night, **judged, "started_at": moment, "published_at": moment, "decided": {}, **changed}


def test_a_line_that_was_not_finished_is_none_and_the_next_one_stands_for_itself(tmp_path: Path) -> None:
    path = tmp_path / kept_nights.FILE
    kept_nights._append(path, [line("second", 2, decided={"PE-01-0001": None}), line("first", 1)])
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:80])
    nights = kept_nights.read(tmp_path)
    assert [one.night_id for one in nights] == ["first", "second"], "as they began"
    assert nights[1].row == {name: value for name, value in line("second", 2).items() if name != "decided"}
    kept_nights._append(path, [line("second", 2, code_version="1+3", decided={"PE-01-0002": "PE-01-0001"})])
    assert path.read_bytes().startswith(whole) and len(kept_nights.read(tmp_path)) == 2
    assert kept_nights.read(tmp_path)[1].row["code_version"] == "1+3", "the last line of a night counts"


def test_a_broken_list_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / kept_nights.FILE).write_text(json.dumps(line("first", 1), default=str) + "\n{}\n")
    with pytest.raises(kept_nights.NightsBroken, match=r"nights\.jsonl, line 2, does not describe a night"):
        kept_nights.read(tmp_path)


def test_what_was_decided_stays_decided() -> None:
    decided = {"A-0001": None, "A-0002": "A-0001"}
    rows = [kept_nights.as_decided({"submission_id": one}, decided) for one in ("A-0001", "A-0002", "A-0003")]
    assert [(row["status"], row["version"], row["duplicate_of"]) for row in rows] == [
        ("landed", 1, None),
        ("landed", None, "A-0001"),
        ("landed", None, None),
    ]
