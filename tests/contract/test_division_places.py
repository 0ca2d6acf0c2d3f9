"""Points of divisions from a table of Natural Earth's, on a few of its rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from include.contract import division_places, territory_places
from include.contract.model import seed

COLUMNS = ("adm1_code", "iso_3166_2", "latitude", "longitude")
#: A division, one that has another code today, two with one code, a district's department, one of no country of ours.
ROWS = (
    ("BOL-1", "BO-L", "-14.50000", "-68.10000"),
    ("GTM-1948", "GT-AV", "15.60000", "-90.20000"),
    ("COL-1399", "CO-CUN", "4.60000", "-74.10000"),
    ("COL-1398", "CO-CUN", "5.11121", "-74.06130"),
    ("PER-1", "PE-LIM", "-1.00000", "-2.00000"),
    ("FRA-1", "FR-01", "46.0", "5.3"),
    ("XXX-1", "", "1", "2"),
)


def _table(rows: tuple[tuple[str, ...], ...] = ROWS) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _text(rows: list[dict[str, str]]) -> str:
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue()


def test_a_divisions_point_is_that_of_its_code() -> None:
    made = list(csv.DictReader(io.StringIO(division_places.render(_table()))))
    changed = {
        new["iso_3166_2"]: (new["latitude"], new["longitude"])
        for new, old in zip(made, seed("territory_places"), strict=True)
        if new != old
    }
    assert changed == {
        "BO-L": ("-14.5000", "-68.1000"),
        "GT-16": ("15.6000", "-90.2000"),
        "CO-DC": ("4.6000", "-74.1000"),
    }


def test_every_division_but_one_is_in_the_table_by_a_code_that_is_known() -> None:
    """And no code of today is said to be another's."""
    codes = {row["iso_3166_2"] for row in seed("territory_places")}
    now = division_places._CODES_NOW
    assert {*now.values(), *division_places._MISCODED.values()} <= codes
    assert not codes & now.keys() and len(set(now.values())) == len(now)


def test_a_table_that_is_none_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(territory_places, "PLACES", tmp_path / "places.csv")
    for number, text in enumerate(("a,b\n1,2\n", _text(_table()).replace("5.11121", "five"))):
        (tmp_path / f"{number}.csv").write_text(text, encoding="utf-8")
        assert division_places.main([str(tmp_path / f"{number}.csv")]) == 2
        said = capsys.readouterr().err
        assert "another file than the one" in said and "is no table of Natural Earth's divisions" in said
    assert division_places.main([]) == 2
    assert not territory_places.PLACES.exists()
    (tmp_path / "good.csv").write_text(_text(_table()), encoding="utf-8")
    assert division_places.main([str(tmp_path / "good.csv")]) == 0
    assert territory_places.PLACES.read_text(encoding="utf-8") == division_places.render(_table())
