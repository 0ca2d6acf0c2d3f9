"""What is written is read back, or has a finding: every column of the contract, every notation, every dialect.

A file holds many values, so that thousands of them are read in seconds.
"""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from include.stage3_reading.sheets.reading import Reading
from tests.reading.deliveries import COVER, GOOD, cover_rows, good_sheets, read, table, write_archive, write_workbook
from tests.reading.drawn_cells import COLUMNS, CONTRACT, COUNTRIES, Case, as_read, cases, written


@dataclass(frozen=True)
class CsvDialect:
    """A way of writing CSV."""

    separator: str
    encoding: str
    quoting: int
    line_end: str

    def text(self, rows: list[list[Any]]) -> str:
        """RFC 4180 but for what the dialect is about; None is blank."""
        out = io.StringIO()
        made = csv.writer(out, delimiter=self.separator, quoting=self.quoting, lineterminator=self.line_end)  # type: ignore[arg-type]
        made.writerows([[self._shown(cell) for cell in row] for row in rows])
        return out.getvalue()

    def _shown(self, cell: Any) -> Any:
        """Numbers as spreadsheets write them; where one character ends a line, no text has the other: Python's writer
        would leave it without quotes."""
        if isinstance(cell, float):
            return written(cell)
        other = {"\r": "\n", "\n": "\r"}.get(self.line_end)
        return cell.replace(other, self.line_end) if isinstance(cell, str) and other else cell

    def write(self, path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
        """An archive; what Windows-1252 does not have is written in UTF-8."""
        entries: dict[str, Any] = {}
        for sheet, rows in sheets.items():
            text = self.text(rows)
            try:
                entries[f"{sheet}.csv"] = text.encode(self.encoding)
            except UnicodeEncodeError:
                entries[f"{sheet}.csv"] = text.encode()
        return write_archive(path.with_suffix(".zip"), entries)


CSV_DIALECTS = [
    CsvDialect(*choice)
    for choice in itertools.product(
        (",", ";", "\t", "|"),
        ("utf-8", "utf-8-sig", "cp1252"),
        (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC),
        ("\r\n", "\n", "\r"),
    )
]
#: Options of the writer of workbooks.
WORKBOOKS: dict[str, dict[str, Any]] = {
    "workbook": {},
    "workbook, 1904": {"date_1904": True},
    "workbook, texts in the cells": {"constant_memory": True},
}


def answers(reading: Reading, sheet: str, column: str) -> list[tuple[Any, str | None]]:
    found = reading.findings.filter(sheet=sheet, column_name=column)
    rules: dict[int, str] = dict(found.select("row_number", "rule").iter_rows())
    frame = reading.frames[sheet].select("row_number", column)
    return [(value, rules.get(row)) for row, value in frame.iter_rows()]


ROWS_A_FILE = 10
#: A file of sixty cells says itself which one is wrong; shrinking it would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@st.composite
def drawn_sheets(draw: st.DrawFn) -> dict[str, dict[str, list[Case]]]:
    """Two sheets, up to three columns of each: sheet -> column -> cases, one a row. A row's country is its first."""
    drawn: dict[str, dict[str, list[Case]]] = {}
    for sheet in draw(st.lists(st.sampled_from(sorted(GOOD)), min_size=2, max_size=2, unique=True)):
        by_key = CONTRACT.sheets[sheet].by_key
        keys = draw(st.lists(st.sampled_from(sorted(by_key.keys() - {"country"})), min_size=1, max_size=3, unique=True))
        countries = draw(st.lists(st.sampled_from(COUNTRIES), min_size=ROWS_A_FILE, max_size=ROWS_A_FILE))
        drawn[sheet] = {key: [draw(cases(by_key[key], country)) for country in countries] for key in keys}
        if "country" in by_key:
            drawn[sheet]["country"] = [(country, as_read(country)) for country in countries]
    return drawn


def rows_of(sheet: str, drawn: dict[str, list[Case]]) -> list[list[Any]]:
    return table(sheet, *({key: given[row][0] for key, given in drawn.items()} for row in range(ROWS_A_FILE)))


def check(path: Path, drawn: dict[str, dict[str, list[Case]]], shift: timedelta = timedelta()) -> None:
    """Every cell is read as one of its answers; ``shift`` is between both systems of dates."""
    reading = read(path)
    assert "refused" not in reading.details, reading.details
    for sheet, columns in drawn.items():
        for key, column_cases in columns.items():
            found = answers(reading, sheet, key)
            assert len(found) == ROWS_A_FILE
            for answer, (cell, allowed) in zip(found, column_cases, strict=True):
                if shift and CONTRACT.sheets[sheet].by_key[key].type == "date":
                    allowed = [*allowed, *((value + shift, rule) for value, rule in allowed)]
                    if isinstance(cell, date) and cell.year < 1904:  # which that system does not have
                        allowed = [(None, "C04")]
                assert answer in allowed, (key, cell)


def test_every_column_has_cases() -> None:
    assert len(COLUMNS) == 67
    every = [*COLUMNS, *CONTRACT.sheets["cover"].columns]
    assert all(cases(column) is not None for column in every)
    assert {column.type for column in every} == {"text", "integer", "decimal", "date", "code", "period", "boolean"}
    assert len(COUNTRIES) == 15


@pytest.mark.parametrize("name", WORKBOOKS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(drawn=drawn_sheets())
def test_in_a_workbook(
    name: str, drawn: dict[str, dict[str, list[Case]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    sheets = {"cover": cover_rows(), **{sheet: rows_of(sheet, columns) for sheet, columns in drawn.items()}}
    path = write_workbook(tmp_path_factory.mktemp("round") / "a.xlsx", sheets, **WORKBOOKS[name])
    check(path, drawn, timedelta(days=1462) if "1904" in name else timedelta())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(drawn=drawn_sheets(), dialect=st.sampled_from(CSV_DIALECTS))
def test_in_csv(
    drawn: dict[str, dict[str, list[Case]]], dialect: CsvDialect, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sheets = {"cover": cover_rows(), **{sheet: rows_of(sheet, columns) for sheet, columns in drawn.items()}}
    check(dialect.write(tmp_path_factory.mktemp("round") / "a", sheets), drawn)


COVER_COLUMNS = [
    column for column in CONTRACT.sheets["cover"].columns if column.key not in COVER or column.key == "period"
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data(), dialect=st.sampled_from([None, *CSV_DIALECTS]))
def test_the_cover(data: st.DataObject, dialect: CsvDialect | None, tmp_path_factory: pytest.TempPathFactory) -> None:
    drawn = {column.key: data.draw(cases(column)) for column in COVER_COLUMNS}
    sheets = {"cover": cover_rows(**{key: cell for key, (cell, _) in drawn.items()})}
    folder = tmp_path_factory.mktemp("cover")
    reading = read(dialect.write(folder / "a", sheets) if dialect else write_workbook(folder / "a.xlsx", sheets))
    rules = dict(reading.findings.filter(sheet="cover").select("column_name", "rule").iter_rows())
    for key, (cell, allowed) in drawn.items():
        assert (reading.frames["cover"][key][0], rules.get(key)) in allowed, (key, cell)


def test_every_dialect_of_csv_gives_the_same_reading(tmp_path: Path) -> None:
    """All 108 of them, each sheet with texts that need quotes."""
    odd = ["a, b; c | d\te", 'x "y" z', "línea\ndos", "Ñandú", "1.234,5", "-", "007"]
    sheets = good_sheets(practices=table("practices", *({"unit": text, "baseline_value": 0.5} for text in odd)))
    readings = [read(dialect.write(tmp_path / "a", sheets)) for dialect in CSV_DIALECTS]
    assert len(readings) == 108
    first = readings[0]
    assert first.frames["practices"]["unit"].to_list() == [
        "a, b; c | d e",
        *odd[1:2],
        "línea dos",
        *odd[3:5],
        None,
        "007",
    ]
    kept = {sheet: frame.drop("received") for sheet, frame in first.frames.items()}
    for dialect, reading in zip(CSV_DIALECTS, readings, strict=True):
        assert {sheet: frame.drop("received").rows() for sheet, frame in reading.frames.items()} == {
            sheet: frame.rows() for sheet, frame in kept.items()
        }, dialect
        assert reading.findings.drop("value").equals(first.findings.drop("value")), dialect
        found = {details["encoding"] + details["separator"] for details in reading.details["sheets"].values()}
        named = {"cp1252": {"utf-8", "windows-1252"}}.get(dialect.encoding, {dialect.encoding})
        assert found <= {encoding + dialect.separator for encoding in named}, dialect
