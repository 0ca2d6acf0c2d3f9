"""Erase an enterprise at its request: its name and tax id go everywhere, its figures stay.

Erased are the rows of ``raw``, findings' values, what validation keeps in ``work``, ``restricted``, the archived
copies, the answers and messages that show them, and what logs and reports say. What is left is a keyed hash. Not ours
to erase: the file in the partner's inbox, backups.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from include.operations import erasing, traces
from include.operations.erased_rows import clear_loader, clear_transformer
from include.operations.erasing import Copy, Erasure
from include.operations.redaction import check
from include.platform import database, schema, statements
from include.platform.errors import PlatformError
from include.platform.names import path_part
from include.platform.settings import Settings
from include.platform.step_lock import step_lock
from include.stage2_landing.erasure import ERASED, erased_tax_id, redacted_path
from include.stage2_landing.manifest import bring_to_place, repoint
from include.stage3_reading.confined.reader import ConfinedReader, DecoderStopped
from include.stage3_reading.confined.redaction import Redaction
from include.stage3_reading.container.limits import Limits

_SQL = statements.beside(__file__)

#: The columns that say who an enterprise is.
PERSONAL = ("tax_id", "legal_name")

#: A workbook is written more slowly than it is read: so many times the seconds that a reading may take.
_WRITING_TAKES = 5


@dataclass(frozen=True)
class Forgotten:
    """What was erased, and where what was erased still stands."""

    #: rows of deliveries
    rows: int
    #: archived copies written anew
    copies: int
    #: answers and messages thrown away
    answers: int
    #: tables and files that still say a name or a tax id, each with how often; backups and the inbox aside
    left: tuple[str, ...]
    #: what could not be looked into
    not_searched: tuple[str, ...]
    #: paths below the inbox from which the deliveries came
    inbox_paths: tuple[str, ...]
    #: backups below STATE, which have what was erased since
    backups: tuple[str, ...]


def forget(settings: Settings, enterprise_key: str) -> Forgotten:
    """Erase the enterprise that goes by ``enterprise_key`` in the marts, wholly or not at all.

    Copies are written and compared before anything changes; from then on an erasure that is interrupted is finished by
    the next command or night. Raises PlatformError for an unknown key, and where a copy cannot be written anew without
    changing what else is read of it.
    """
    schema.prepare(settings)
    try:
        bring_to_place(settings.archive)
    except ValueError as error:
        raise PlatformError(f"{error}. Nothing was erased.") from None
    with erasing.one_at_a_time(settings):
        _finish(settings)
        with database.opened(settings, "loader") as loader, step_lock(loader):
            erasure, inbox_paths = _prepare(settings, loader, enterprise_key)
            answers = _carry_out(settings, loader, erasure)
        found = traces.search(settings, erasure.values)
    return Forgotten(
        rows=erasure.rows,
        copies=len(erasure.copies),
        answers=answers,
        left=tuple(found.left),
        not_searched=tuple(found.not_searched),
        inbox_paths=tuple(inbox_paths),
        backups=tuple(found.backups),
    )


def finish_interrupted(settings: Settings) -> bool:
    """Finish, or undo, an erasure whose process ended in the middle; returns whether there was one to finish.

    As loader and transformer: whoever runs a night can. Cheap where there is nothing to do.
    """
    if not erasing.is_interrupted(settings):
        return False
    with erasing.one_at_a_time(settings):
        return _finish(settings)


def _finish(settings: Settings) -> bool:
    erasure = erasing.written_down(settings)
    if erasure is None:
        return False
    if not erasure.is_ready:
        erasing.undo(settings, erasure)
        return False
    with database.opened(settings, "loader") as loader, step_lock(loader):
        _carry_out(settings, loader, erasure)
    return True


def _prepare(settings: Settings, loader: sa.Engine, enterprise_key: str) -> tuple[Erasure, list[str]]:
    """Write every redacted copy beside its place, and down in the journal what is to be done; changes nothing else."""
    known = _known_by(settings, enterprise_key)
    with loader.connect() as connection:
        projects, references = [[one[part] for one in known.references] for part in (0, 1)]
        parameters = {"key": enterprise_key, "projects": projects, "refs": references}
        rows = connection.execute(_ROWS, parameters).all()
    if not rows:
        raise PlatformError(f"No enterprise goes by the key {enterprise_key!r}; see restricted.enterprise.")
    received = [text for row in rows for text in (row.received or {}).values()]
    read = [text for row in rows for text in (row.legal_name, row.tax_id)]
    values = {text.strip() for text in (*received, *read, *known.values) if text and not text.startswith(ERASED)}
    erasure = Erasure(
        enterprise_key=enterprise_key,
        references=known.references,
        submissions=tuple(sorted({row.submission_id for row in rows})),
        copies=tuple(Copy(old, redacted_path(old)) for old in sorted({row.archive_path for row in rows})),
        values=tuple(sorted(values - {""})),
        rows=len(rows),
    )
    erasing.write_down(settings, erasure)
    try:
        _write_copies(settings, erasure, rows)
    except BaseException:
        erasing.undo(settings, erasure)
        raise
    ready = replace(erasure, is_ready=True)
    erasing.write_down(settings, ready)
    return ready, sorted({row.inbox_path for row in rows})


@dataclass(frozen=True)
class _Known:
    references: tuple[tuple[str, str], ...]
    values: tuple[str, ...]


def _known_by(settings: Settings, enterprise_key: str) -> _Known:
    """What ``restricted`` knows of the enterprise."""
    query = "select project_code, enterprise_ref, legal_name, tax_id from {} where enterprise_key = :key"
    rows: list[sa.Row[Any]] = []
    with database.connected(settings, "transformer") as connection:
        for table in ("restricted.enterprise", "candidate_restricted.enterprise"):
            if connection.scalar(sa.text("select to_regclass(:table)"), {"table": table}) is not None:
                rows += connection.execute(sa.text(query.format(table)), {"key": enterprise_key}).all()
    return _Known(
        references=tuple(sorted({(row.project_code, row.enterprise_ref) for row in rows})),
        values=tuple(text for row in rows for text in (row.legal_name, row.tax_id) if text),
    )


def _write_copies(settings: Settings, erasure: Erasure, rows: Sequence[sa.Row[Any]]) -> None:
    """Write and compare the redacted copy of every file of ``rows``."""
    cells: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    files: dict[str, sa.Row[Any]] = {}
    for row in rows:
        files[row.archive_path] = row
        for column, text in (
            ("legal_name", ERASED),
            ("tax_id", erased_tax_id(row.taxpayer_key, bool(row.tax_id_is_valid))),
        ):
            was_given = getattr(row, column) is not None or (row.received or {}).get(column)
            letter = row.column_letters.get(column)
            if letter and was_given and column not in row.unread:  # an error of the spreadsheet names nobody
                # A blank behind it: what was repaired on reading is repaired again, and its finding stays.
                cells[row.archive_path].append((row.row_number, letter, f"{text} " if column in row.repaired else text))
    limits = Limits.from_environment()
    patient = replace(limits, max_cpu_seconds=_WRITING_TAKES * limits.max_cpu_seconds)
    with ConfinedReader(patient) as writer, ConfinedReader(limits) as reader:
        for copy in erasure.copies:
            row, source, staged = files[copy.old], settings.archive / copy.old, settings.archive / copy.staged
            sheets = row.reading.get("sheets", {}).values()
            redaction = Redaction(
                cells={row.file_sheet: cells[copy.old]},
                csv_forms={one["name"]: one for one in sheets if one.get("separator") is not None},
                texts=[text for text in erasure.values if len(text) >= traces.SHORTEST],
                read=[one["name"] for one in sheets],
            )
            try:
                staged.write_bytes(writer.redacted(source, redaction))
                check(reader, source, staged, row.file_name, PERSONAL)
            except (ValueError, OSError, DecoderStopped) as error:
                said = error if type(error) is ValueError else type(error).__name__
                raise PlatformError(
                    f"{row.submission_id}: {source} cannot be redacted ({said}); nothing was erased."
                ) from None


def _carry_out(settings: Settings, loader: sa.Engine, erasure: Erasure) -> int:
    """Do all of it, whatever was done before; returns how many answers were thrown away."""
    erasing.put_in_place(settings, erasure)
    with loader.begin() as connection:
        clear_loader(connection, erasure)
    with database.transaction(settings, "transformer") as connection:
        clear_transformer(connection, erasure)
    for copy in erasure.copies:
        repoint(settings.archive, copy.new)
        if copy.new != copy.old:
            (settings.archive / copy.old).unlink(missing_ok=True)
    answers = _throw_away(settings, erasure)
    traces.mask(settings, erasure.values)
    erasing.strike_out(settings)
    return answers


def _throw_away(settings: Settings, erasure: Erasure) -> int:
    """Remove workbooks and messages of the deliveries, waiting, sent or refused; receipts, which name nobody, stay."""
    ids = "|".join(re.escape(path_part(one)) for one in erasure.submissions)
    of_them = re.compile(rf"(?:{ids})[._].*(?<!\.json)(?<!\.txt)")
    found = [
        file
        for folder in (settings.feedback, settings.outbox)
        for file in (folder.rglob("*") if folder.exists() else ())
        if file.is_file() and of_them.fullmatch(file.name)
    ]
    for file in found:
        file.unlink(missing_ok=True)
    return len(found)


#: The rows of every delivery, whichever version, that are of the enterprise; with where they stand in the file.
_ROWS = _SQL("rows")
