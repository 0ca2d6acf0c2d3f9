"""The list of nights that published, kept in the archive: what a lost database no longer knows.

``archive/nights.jsonl`` has a line for each, as ``ops.night`` has it, and what was decided of the deliveries that were
decided for the first time since the one before. It only grows; of two lines of a night the last one counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.platform import content
from include.platform.tables import night, submission

FILE = "nights.jsonl"
_NAMED = 5

#: Columns of ``ops.night`` that are kept, and how their texts are read again; those without a word are texts.
_COLUMNS: dict[str, Callable[[Any], Any]] = {
    "night_id": str,
    "as_of": date.fromisoformat,
    "inbox": str,
    "registry": str,
    "accepts": list,
    "started_at": datetime.fromisoformat,
    "published_at": datetime.fromisoformat,
    "registry_sha256": str,
    "reference_sha256": str,
    "rules_sha256": str,
    "code_version": str,
}
_DECIDED = "decided"
#: Columns that name a set of files the night judged by, and the kind of these.
_JUDGED_BY = {
    "registry_sha256": content.REGISTRY,
    "reference_sha256": content.REFERENCE,
    "rules_sha256": content.RULES,
}


class NightsBroken(ValueError):
    """The list cannot be read; the message says which line."""


@dataclass(frozen=True)
class KeptNight:
    """A night that published; ``row`` are columns of ``ops.night``."""

    row: Mapping[str, Any]
    #: delivery -> the one whose bytes it repeats, None where it is a version of its own
    decided: Mapping[str, str | None]

    @property
    def night_id(self) -> str:
        return str(self.row["night_id"])


def keep(engine: sa.Engine, archive: Path) -> int:
    """Add the nights that have published and are not in the list; returns how many.

    As the loader, after the switch. What a night could not write that died here is written by the next one. Raises
    NightsBroken, and OSError where the archive cannot be written.
    """
    known = {kept.night_id: kept for kept in read(archive)}
    decided_before = {one for kept in known.values() for one in kept.decided}
    with engine.connect() as connection:
        columns = [night.c[name] for name in _COLUMNS]
        published = sa.select(*columns).where(night.c.published_at.is_not(None)).order_by(night.c.started_at)
        rows = [dict(row) for row in connection.execute(published).mappings()]
        new = [row for row in rows if row["night_id"] not in known or known[row["night_id"]].row != row]
        if not new:
            return 0
        is_decided = sa.or_(submission.c.version.is_not(None), submission.c.status == "duplicate")
        found = connection.execute(sa.select(submission.c.submission_id, submission.c.duplicate_of).where(is_decided))
        decided = {one: of for one, of in sorted(found.tuples()) if one not in decided_before}
    lines = [{**row, _DECIDED: dict(known[row["night_id"]].decided) if row["night_id"] in known else {}} for row in new]
    lines[-1][_DECIDED] |= decided
    _append(archive / FILE, lines)
    return len(lines)


def read(archive: Path) -> list[KeptNight]:
    """Every night of the list in the order they began. Raises NightsBroken.

    A last line that was not finished is none: whoever wrote it died, and the next one writes it again.
    """
    path = archive / FILE
    if not path.exists():
        return []
    found: dict[str, KeptNight] = {}
    *lines, _unfinished = path.read_text("utf-8").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue  # what died before it was finished was cut off here
        try:
            kept = json.loads(line)
            row = {name: kept[name] and read_as(kept[name]) for name, read_as in _COLUMNS.items()}
            found[row["night_id"]] = KeptNight(row, kept[_DECIDED])
        except (ValueError, KeyError, TypeError) as error:
            raise NightsBroken(f"{path}, line {number}, does not describe a night: {type(error).__name__}") from None
    return sorted(found.values(), key=lambda kept: (kept.row["started_at"], kept.night_id))


def faults(archive: Path, published: Sequence[str] = ()) -> list[str]:
    """What is wrong with the list, a sentence; empty where it is whole.

    ``published`` are ids of the nights that have to be in it, as they began. The last one may be about to be.
    """
    try:
        known = {kept.night_id for kept in read(archive)}
    except NightsBroken as error:
        return [str(error)]
    if lacking := [night_id for night_id in published[:-1] if night_id not in known]:
        named = ", ".join(lacking[:_NAMED]) + (", …" if len(lacking) > _NAMED else "")
        return [f"{archive / FILE} lacks {len(lacking)} nights that published: {named}"]
    return []


def rows(archive: Path) -> list[Mapping[str, Any]]:
    """Columns of ``ops.night`` of every night of the list; none where it cannot be read."""
    try:
        return [kept.row for kept in read(archive)]
    except NightsBroken:
        return []


def judged_by(nights: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """The sets of files that nights judged by, given as rows of ``ops.night``: kind and hash."""
    return {(kind, row[column]) for row in nights for column, kind in _JUDGED_BY.items() if row[column]}


def decisions(nights: Sequence[KeptNight]) -> dict[str, str | None]:
    """What these nights have decided of deliveries; it stays decided."""
    return {one: of for kept in nights for one, of in kept.decided.items()}


def enter(connection: sa.Connection, nights: Sequence[KeptNight]) -> None:
    """Enter the nights that the database does not know, as over and well. As the loader."""
    known: set[str] = set(connection.scalars(sa.select(night.c.night_id)))
    rows = [
        {**one.row, "status": "succeeded", "finished_at": one.row["published_at"]}
        for one in nights
        if one.night_id not in known
    ]
    if rows:
        connection.execute(sa.insert(night), rows)


def as_decided(delivery: Mapping[str, Any], decided: Mapping[str, str | None]) -> dict[str, Any]:
    """A delivery's row of the ledger, to be read and judged, with what was decided of it before.

    A duplicate stays one (``settle`` gives it its status); what is a version stays one, and is numbered there.
    """
    name = delivery["submission_id"]
    row = {**delivery, "status": "landed", "version": None, "duplicate_of": None}
    if name in decided:
        same = decided[name]
        row["duplicate_of"] = same
        row["version"] = None if same else 1
    return row


def _append(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    """Add whole lines; what an earlier writer left unfinished is cut off."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        for line in lines:
            file.write(json.dumps(line, default=str, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
