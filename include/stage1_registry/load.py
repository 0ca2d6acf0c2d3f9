"""Load the registry: all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from include.platform import content, nights
from include.platform.acceptances import REGISTRY, VARIABLES, is_accepted
from include.platform.copying import copy_rows
from include.platform.step_lock import step_lock
from include.platform.tables import night, submission
from include.stage1_registry.checks import TypedRows, check, left_out_periods
from include.stage1_registry.files import FILES, Fault, read_folder, strange_files
from include.stage1_registry.forgetting import forgotten

#: The task that loads it, as warnings name it.
STEP = "load_registry"


class RegistryBroken(Exception):
    """The registry cannot be used; ``faults`` names everything that is wrong with it."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        lines = "\n".join(f"- {fault}" for fault in faults)
        super().__init__(f"the registry has {len(faults)} fault(s); correct them and run the night again:\n{lines}")


@dataclass(frozen=True)
class Remark:
    """Something of the registry that the operator is told and the night goes on from."""

    subject: str
    said: str


def read_registry(folder: str, contents: dict[str, bytes] | None = None) -> TypedRows:
    """The folder's rows by file name, each value typed. Raises RegistryBroken with every fault at once.

    ``contents`` takes the bytes of the files.
    """
    rows, faults = read_folder(folder, contents)
    typed, row_faults = check(rows) if rows else ({}, [])
    if faults or row_faults:
        raise RegistryBroken(faults + row_faults)
    return typed


def load_registry(engine: sa.Engine, folder: str, night_id: str, archive: Path | None = None) -> dict[str, int]:
    """Check the folder and put it in the place of yesterday's registry, in one transaction.

    Returns the number of rows by file. Raises RegistryBroken with every fault at once; the registry tables then
    stay as they were. A registry that forgets is a broken one unless the night was begun with the word that it is
    meant; then what it has forgotten is noted with the night, as is whatever the operator should know. With ``archive``
    the files are kept there byte for byte; the comment of schema ``registry`` is the hash they are kept by.
    """
    contents: dict[str, bytes] = {}
    typed = read_registry(folder, contents)
    if archive:
        content.keep(archive, content.REGISTRY, contents)
    strange = strange_files(folder)
    with step_lock(engine), engine.begin() as connection:
        gone = forgotten(connection, typed)
        if gone and not is_accepted(connection, night_id, REGISTRY):
            raise RegistryBroken(gone)
        unknown, remarks = _unknown_withdrawals(connection, typed)
        if unknown:
            raise RegistryBroken(unknown)
        remarks += [Remark(fault.file, f"accepted by {VARIABLES[REGISTRY]}: {_first(fault.message)}") for fault in gone]
        remarks += [
            Remark(
                name, f"{name} in the registry folder is none of the registry's files and was not read: see its name"
            )
            for name in strange
        ]
        remarks += _leaps(connection, typed, night_id)
        for remark in remarks:
            nights.warn(connection, night_id, STEP, remark.said, remark.subject)
        for name, table in FILES.items():
            connection.execute(sa.delete(table))
            copy_rows(connection, table, typed[name])
        connection.execute(sa.text(f"comment on schema registry is '{content.hash_of(contents)}'"))
    return {name: len(file_rows) for name, file_rows in typed.items()}


def _first(message: str) -> str:
    """What is the matter, without what to do about it."""
    return message.split(";")[0]


def _leaps(connection: sa.Connection, typed: TypedRows, night_id: str) -> list[Remark]:
    """Of a calendar that leaps over semesters: a programme may pause, and a row may be forgotten."""
    as_of = connection.scalar(sa.select(night.c.as_of).where(night.c.night_id == night_id))
    missing = left_out_periods(typed, as_of) if as_of else []
    if not missing:
        return []
    they = "them" if len(missing) > 1 else "it"
    said = f"the calendar has semesters before and after {' and '.join(missing)}, and not {they}"
    follows = f"deliveries for {they} are returned (F05), and no figure is as of {they}"
    return [Remark("reporting_calendar.csv", f"{said}: {follows}; add what is missing unless it is meant")]


def _unknown_withdrawals(connection: sa.Connection, typed: TypedRows) -> tuple[list[Fault], list[Remark]]:
    """Withdrawals of deliveries there have never been: faults, or remarks where no delivery was taken yet at all.

    A warehouse that begins anew takes what lies in the inbox first, under numbers of its own.
    """
    asked = {row["submission_id"] for row in typed["withdrawals.csv"]}
    known: set[str] = set(
        connection.scalars(sa.select(submission.c.submission_id).where(submission.c.submission_id.in_(asked)))
    )
    if not asked - known:
        return [], []
    said = "no delivery has this submission_id; ops.submission and the partner's receipt have it"
    if connection.scalar(sa.select(sa.exists(sa.select(submission.c.submission_id)))):
        return [Fault("withdrawals.csv", None, f"{one}: {said}") for one in sorted(asked - known)], []
    return [], [Remark("withdrawals.csv", f"withdrawal of {one}: {said}") for one in sorted(asked - known)]
