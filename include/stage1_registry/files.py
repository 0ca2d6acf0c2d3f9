"""The registry folder as text rows: which files there are and what is wrong with their form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import fsspec
import sqlalchemy as sa

from include.platform import tables

#: The registry's files, in the order in which their references can be followed.
FILES: dict[str, sa.Table] = {
    f"{table.name}.csv": table
    for table in (
        tables.institutions,
        tables.projects,
        tables.project_institutions,
        tables.reporting_calendar,
        tables.targets,
        tables.claims,
        tables.waivers,
    )
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the registry: where it is and what to do."""

    file: str
    row: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}{f', row {self.row}' if self.row else ''}: {self.message}"


@dataclass(frozen=True)
class Row:
    """A data row as text; ``number`` counts the file's records from 1, the header included."""

    number: int
    values: dict[str, str]


def read_folder(folder: str) -> tuple[dict[str, list[Row]], list[Fault]]:
    """Rows of each registry file in ``folder`` (a path or an fsspec URL), and the faults of their form.

    A file with a fault of form has no rows, so that its contents are not judged on top.
    """
    filesystem, root = fsspec.core.url_to_fs(folder)
    rows: dict[str, list[Row]] = {}
    faults: list[Fault] = []
    if not filesystem.isdir(root):
        return {}, [Fault(folder, None, "the registry folder does not exist; set REGISTRY to the office's folder")]
    for name, table in FILES.items():
        rows[name] = []
        path = f"{root.rstrip('/')}/{name}"
        if not filesystem.exists(path):
            faults.append(Fault(name, None, "the file is missing from the registry folder"))
            continue
        try:
            text = filesystem.cat_file(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            faults.append(Fault(name, None, f"not UTF-8 (byte {error.start}); save it as CSV UTF-8"))
            continue
        records = [record for record in _records(text) if any(value.strip() for value in record[1])]
        header = [value.strip() for value in records[0][1]] if records else []
        form = list(_faults_of_form(name, table, header, records))
        faults.extend(form)
        if not form:
            rows[name] = [
                Row(number, dict(zip(header, (value.strip() for value in record), strict=True)))
                for number, record in records[1:]
            ]
    return rows, faults


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    return enumerate(csv.reader(io.StringIO(text, newline="")), start=1)


def _faults_of_form(
    name: str, table: sa.Table, header: list[str], records: list[tuple[int, list[str]]]
) -> Iterator[Fault]:
    missing = [column.name for column in table.columns if column.name not in header]
    if missing:
        yield Fault(name, 1, f"the header lacks {', '.join(missing)}")
        return
    repeated = sorted({column for column in header if column and header.count(column) > 1})
    if repeated:
        yield Fault(name, 1, f"the header repeats {', '.join(repeated)}")
    for number, record in records[1:]:
        if len(record) != len(header):
            yield Fault(name, number, f"{len(record)} fields where the header has {len(header)}")
