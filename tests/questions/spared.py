"""A delivery in which each cell is once empty and once at the end of what can be read, and the office waives it all."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from include.contract import load_contract
from include.contract.example import example

#: The project's code and what the registry says of it; the place is one that no other project of the programme has.
PROJECT = "CL-77"
_REGISTERED = f"{PROJECT},A project that is spared every rule,CL,circular,I001,2022-01-01,2026-12-31,1000,1,coffee"
PERIOD = "2025-S2"

#: What a cell of a type may hold at its ends.
_ODD = {
    "integer": ("0", "999999999999999"),
    "decimal": ("0.000000000000001", "999999999999999"),
    "date": ("0001-01-01", "9999-12-31"),
}


def write(inbox: Path, registry: Path, everywhere: Iterable[str]) -> None:
    """Add the project, its delivery and a waiver of every rule; and one of some rules for every project."""
    _append(registry / "projects.csv", [_REGISTERED])
    _append(registry / "project_institutions.csv", [f"{PROJECT},I001,lead"])
    _append(
        registry / "waivers.csv",
        [
            *(f"{rule},{PROJECT},,,to see what follows,Programme office,2030-12-31" for rule in load_contract().rules),
            *(f"{rule},,,,to see what follows,Programme office,2030-12-31" for rule in everywhere),
        ],
    )
    changes = list(_changes())
    with zipfile.ZipFile(_place(inbox), "w") as archive:
        for sheet in load_contract().sheets:
            archive.writestr(f"{sheet}.csv", _cover() if sheet == "cover" else _rows(sheet, changes))


def _place(inbox: Path) -> Path:
    (inbox / PROJECT).mkdir()
    return inbox / PROJECT / "spared.zip"


def _append(path: Path, lines: list[str]) -> None:
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _cover() -> str:
    return f"contract_version,1\nproject_code,{PROJECT}\nperiod,{PERIOD}\ndecimal_mark,.\n"


def _changes() -> Iterator[tuple[str, dict[str, str]]]:
    """A sheet and what stands in cells of its row; an enterprise for each."""
    for sheet in load_contract().sheets.values():
        columns = [column for column in sheet.columns if column.key != "enterprise_ref"]
        if sheet.key == "cover":
            continue
        for column in columns:
            for value in ("", *_ODD.get(column.type, ())):
                yield sheet.key, {column.key: value}
        numbers = [column for column in columns if column.type in ("integer", "decimal")]
        yield sheet.key, {"unit": "GWh", **{column.key: _ODD[column.type][-1] for column in numbers}}
        yield sheet.key, {column.key: _ODD[column.type]["baseline" not in column.key] for column in numbers}
    yield "practices", {"unit": "GWh", "baseline_value": "999999999999999"}


def _rows(sheet: str, changes: list[tuple[str, dict[str, str]]]) -> str:
    """The contract's example once for each change, which is made where it is of this sheet; and once for nobody."""
    good = example(sheet)
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(good)
    for number, (changed, values) in enumerate(changes, 1):
        row = {**good, "enterprise_ref": f"E{number:04}"}
        row |= {"country": "CL"} if "country" in good else {}  # so that other countries' figures stay as they are
        row |= {own: number for own in ("tax_id", "certificate_no") if own in good}
        row |= {column: value for column, value in values.items() if changed == sheet and column in row}
        table.writerow(row.values())
    table.writerow({**good, "enterprise_ref": None}.values())
    return written.getvalue()
