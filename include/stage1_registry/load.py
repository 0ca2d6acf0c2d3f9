"""Load the registry: all of it or nothing."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.copying import copy_rows
from include.platform.turns import turn
from include.stage1_registry.checks import check
from include.stage1_registry.files import FILES, Fault, read_folder


class RegistryBroken(Exception):
    """The registry cannot be used; ``faults`` names everything that is wrong with it."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        lines = "\n".join(f"- {fault}" for fault in faults)
        super().__init__(f"the registry has {len(faults)} fault(s); correct them and run the night again:\n{lines}")


def load_registry(engine: sa.Engine, folder: str) -> dict[str, int]:
    """Check the folder and put it in the place of yesterday's registry, in one transaction.

    Returns the number of rows by file. Raises RegistryBroken with every fault at once; the registry tables then
    stay as they were.
    """
    rows, faults = read_folder(folder)
    typed, row_faults = check(rows) if rows else ({}, [])
    if faults or row_faults:
        raise RegistryBroken(faults + row_faults)
    with turn(engine), engine.begin() as connection:
        for name, table in FILES.items():
            connection.execute(sa.delete(table))
            copy_rows(connection, table, typed[name])
    return {name: len(file_rows) for name, file_rows in typed.items()}
