"""The registry folder as rows of cells: which files there are and what is wrong with their form."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import fsspec
import sqlalchemy as sa

from include.platform import tables
from include.stage1_registry.grid import Cell, FormError, Record, column_key, read_grid
from include.stage1_registry.values import read_text


def _files(*registry_tables: sa.Table) -> dict[str, sa.Table]:
    return {f"{table.name}.csv": table for table in registry_tables}


#: Files that have to be there, in the order in which their references can be followed; see OPTIONAL.
REQUIRED = _files(
    tables.institutions,
    tables.projects,
    tables.project_institutions,
    tables.reporting_calendar,
    tables.targets,
    tables.claims,
    tables.waivers,
)
#: Files whose absence says that there is nothing of the kind.
OPTIONAL = _files(tables.withdrawals, tables.received, tables.fx_monthly, tables.cpi_annual)
#: The registry's files by their names as CSV; each may be a workbook of one sheet instead.
FILES = REQUIRED | OPTIONAL
#: What the office keeps in the folder for other uses than the night's.
OTHERS = frozenset({"page_subscriptions.csv"})

#: Columns that a header may leave out.
_OPTIONAL_COLUMNS = {("fx_monthly.csv", "source")}


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
    """A data row: ``values`` as text for comparing, ``cells`` as they are; ``number`` as the office sees it.

    In CSV that counts the file's records from 1, the header included. ``file`` is the name the row was read from.
    """

    number: int
    values: dict[str, str]
    cells: dict[str, Cell] = field(default_factory=dict)
    file: str = ""


def read_folder(folder: str, contents: dict[str, bytes] | None = None) -> tuple[dict[str, list[Row]], list[Fault]]:
    """Rows of each registry file in ``folder`` (a path or an fsspec URL), and the faults of their form.

    ``contents`` takes the bytes that the rows were read from, by file. A file with a fault of form has no rows, so that
    its contents are not judged on top; nor has an optional file that is not there.
    """
    filesystem, root = fsspec.core.url_to_fs(folder)
    if not filesystem.isdir(root):
        return {}, [Fault(folder, None, "the registry folder does not exist; set REGISTRY to the office's folder")]
    rows: dict[str, list[Row]] = {name: [] for name in FILES}
    faults: list[Fault] = []
    try:
        there = _names(filesystem, root)
    except OSError as error:
        return {}, [Fault(folder, None, f"the registry folder cannot be listed: {error.strerror or error}")]
    for name, table in FILES.items():
        found = [one for one in there if _means(one) == name]
        if not found:
            if name in REQUIRED:
                faults.append(Fault(name, None, f"the file is missing from the registry folder{_instead(name, there)}"))
            continue
        if len(found) > 1:
            faults.append(Fault(name, None, f"there are {' and '.join(found)}; keep the one that holds"))
            continue
        try:
            data = filesystem.cat_file(f"{root.rstrip('/')}/{found[0]}")
            if contents is not None:
                contents[found[0]] = data
            rows[name] = _rows(name, found[0], table, data)
        except OSError as error:
            faults.append(Fault(found[0], None, f"the file cannot be read: {error.strerror or error}"))
        except FormError as error:
            faults.append(Fault(found[0], error.row, str(error)))
        except _BadForm as bad:
            faults.extend(bad.faults)
    return rows, faults


def strange_files(folder: str) -> list[str]:
    """Names of tables in ``folder`` that are none of the registry's: perhaps one that is spelt otherwise."""
    filesystem, root = fsspec.core.url_to_fs(folder)
    return [
        name
        for name in _names(filesystem, root)
        if _means(name) not in FILES.keys() | OTHERS and name.casefold().endswith((".csv", ".xlsx", ".xls", ".ods"))
    ]


class _BadForm(Exception):
    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__()


def _names(filesystem: fsspec.AbstractFileSystem, root: str) -> list[str]:
    """Names of the folder's files, without those of programs that have one of them open."""
    names = (path.rstrip("/").rpartition("/")[2] for path in filesystem.ls(root, detail=False))
    return sorted(name for name in names if not name.startswith((".", "~$")))


def _means(name: str) -> str:
    """The registry's name of a file that may be a workbook or written in capitals."""
    folded = name.casefold()
    return f"{folded.removesuffix('.xlsx')}.csv" if folded.endswith(".xlsx") else folded


def _instead(name: str, there: list[str]) -> str:
    """What lies there under the same name and cannot be read."""
    others = [one for one in there if one.casefold().rpartition(".")[0] == name.removesuffix(".csv")]
    return f"; {' and '.join(others)}: save it as CSV or .xlsx" if others else ""


def _rows(name: str, file: str, table: sa.Table, data: bytes) -> list[Row]:
    """Raises FormError or _BadForm."""
    columns = [column.name for column in table.columns]
    records = read_grid(file, data, columns)
    header = [column_key(label) for label in records[0][1]] if records else []
    optional = {column for owner, column in _OPTIONAL_COLUMNS if owner == name}
    trimmed = [(number, _without_blank_end(cells, len(header))) for number, cells in records]
    faults = list(_faults_of_form(file, columns, optional, header, trimmed))
    if faults:
        raise _BadForm(faults)
    rows = []
    for number, cells in trimmed[1:]:
        by_column = dict.fromkeys(columns) | dict(zip(header, cells, strict=True))
        rows.append(Row(number, {column: read_text(cell) for column, cell in by_column.items()}, by_column, file))
    return rows


def _without_blank_end(cells: list[Cell], width: int) -> list[Cell]:
    """The record without blank cells beyond the header."""
    end = len(cells)
    while end > width and not read_text(cells[end - 1]):
        end -= 1
    return cells[:end]


def _faults_of_form(
    file: str, columns: list[str], optional: Collection[str], header: list[str], records: list[Record]
) -> Iterator[Fault]:
    missing = [column for column in columns if column not in header and column not in optional]
    if missing:
        yield Fault(file, records[0][0] if records else 1, f"the header lacks {', '.join(missing)}")
        return
    repeated = sorted({column for column in header if column and header.count(column) > 1})
    if repeated:
        yield Fault(file, records[0][0], f"the header repeats {', '.join(repeated)}")
    for number, cells in records[1:]:
        if len(cells) != len(header):
            yield Fault(file, number, f"{len(cells)} fields where the header has {len(header)}")
