"""Erase an enterprise at its request: its name and tax id go everywhere, its figures stay.

Erased are the rows of ``raw``, findings' values, ``restricted``, the archived copies, and the answers and messages that
show them. What is left is a keyed hash. Not ours to erase: the file in the partner's inbox, backups.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from include.operations.redaction import check, redact
from include.platform import database, schema
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage2_landing.erasure import ERASED, INVALID, erased_tax_id, redacted_path
from include.stage3_reading.confined import ConfinedReader
from include.stage3_reading.limits import Limits

#: The columns that say who an enterprise is.
PERSONAL = ("tax_id", "legal_name")


@dataclass(frozen=True)
class Forgotten:
    """What was erased: rows of deliveries, archived copies written anew, answers thrown away."""

    rows: int
    copies: int
    answers: int


def forget(settings: Settings, enterprise_key: str) -> Forgotten:
    """Erase the enterprise that goes by ``enterprise_key`` in the marts.

    Copies are written and compared first, then the database changes in one transaction, then the old copies go: a
    command that was interrupted can be given again. Raises PlatformError for an unknown key, and where a copy cannot
    be written anew without changing what else is read of it.
    """
    schema.prepare(settings)
    engine = database.engine(settings)
    try:
        with engine.begin() as connection:
            rows = connection.execute(_ROWS, {"key": enterprise_key}).all()
            if not rows:
                raise PlatformError(f"No enterprise goes by the key {enterprise_key!r}; see restricted.enterprise.")
            copies = _write_copies(settings, rows)
            ids = sorted({row.submission_id for row in rows})
            for statement in _ERASE:
                connection.execute(sa.text(statement), {"key": enterprise_key, "ids": ids, "erased": ERASED})
            for old, new in copies.items():
                connection.execute(
                    sa.text("update ops.submission set archive_path = :new where archive_path = :old"),
                    {"old": old, "new": new},
                )
    finally:
        engine.dispose()
    for old, new in copies.items():
        _point_manifests(settings.archive, old, new)
        if new != old:
            (settings.archive / old).unlink(missing_ok=True)
    answers = sum(_throw_away(settings, submission_id) for submission_id in ids)
    return Forgotten(len(rows), len(copies), answers)


def _write_copies(settings: Settings, rows: Sequence[sa.Row]) -> dict[str, str]:
    """Write and compare the redacted copy of every file of ``rows``; old path -> new path."""
    cells: dict[str, dict[tuple[int, str], str]] = defaultdict(dict)
    files: dict[str, sa.Row] = {}
    for row in rows:
        files[row.archive_path] = row
        tax_id = erased_tax_id(row.taxpayer_key, bool(row.tax_id_is_valid))
        for column, text in (("legal_name", ERASED), ("tax_id", tax_id)):
            if (letter := row.column_letters.get(column)) and getattr(row, column) is not None:
                cells[row.archive_path][row.row_number, letter] = text
    copies: dict[str, str] = {}
    with ConfinedReader(Limits.from_environment()) as reader:
        for old, row in files.items():
            new = redacted_path(old)
            source, staged = settings.archive / old, (settings.archive / new).with_suffix(".part")
            forms = {
                one["name"]: one for one in row.reading.get("sheets", {}).values() if one.get("separator") is not None
            }
            try:
                redact(source, staged, {row.file_sheet: cells[old]}, forms)
                check(reader, source, staged, row.file_name, PERSONAL)
            except (ValueError, KeyError, OSError, IndexError) as error:
                staged.unlink(missing_ok=True)
                said = error if type(error) is ValueError else type(error).__name__
                raise PlatformError(
                    f"{row.submission_id}: {source} cannot be redacted ({said}); nothing was erased."
                ) from None
            staged.replace(settings.archive / new)
            copies[old] = new
    return copies


def _point_manifests(archive: Path, old: str, new: str) -> None:
    for path in (archive / old).parent.glob("*.json"):
        delivery = json.loads(path.read_text("utf-8"))
        if delivery.get("archive_path") == old:
            path.write_text(json.dumps({**delivery, "archive_path": new}, ensure_ascii=False, indent=1), "utf-8")


def _throw_away(settings: Settings, submission_id: str) -> int:
    """Remove the workbooks and messages of a delivery; its receipt, which names nobody, stays."""
    found = [
        file
        for folder in (settings.feedback, settings.outbox)
        for file in (folder.rglob(f"*{submission_id}*") if folder.exists() else ())
        if file.suffix in (".xlsx", ".eml")
    ]
    for file in found:
        file.unlink(missing_ok=True)
    return len(found)


#: The rows of every delivery, whichever version, that are of the enterprise; with where they stand in the file.
_ROWS = sa.text("""
with enterprise as (
    select project_code, enterprise_ref from restricted.enterprise where enterprise_key = :key
)
select
    r.submission_id, r.row_number, r.tax_id, r.legal_name, s.archive_path, s.file_name, s.reading,
    p.file_sheet, p.column_letters, r.tax_id_is_valid, r.taxpayer_key
from raw.enterprises as r
inner join ops.submission as s on s.submission_id = r.submission_id
inner join ops.sheet_reading as p on p.submission_id = r.submission_id and p.sheet = 'enterprises'
where r.taxpayer_key = :key or (s.project_code, r.enterprise_ref) in (select * from enterprise)
order by r.submission_id, r.row_number
""")

_OF_ENTERPRISE = """
    t.submission_id = any(:ids)
    and (
        t.taxpayer_key = :key
        or exists (
            select from ops.submission as s
            inner join restricted.enterprise as e on e.project_code = s.project_code
            where s.submission_id = t.submission_id and e.enterprise_ref = t.enterprise_ref and e.enterprise_key = :key
        )
    )
"""

#: In this order: findings are known by the rows, and rows by what ``restricted`` knows.
_ERASE = (
    *(
        f"""
        update {table} as f set value = :erased
        from raw.enterprises as t
        where
            f.submission_id = t.submission_id and f.row_number = t.row_number and f.sheet = 'enterprises'
            and f.column_name in ('tax_id', 'legal_name') and f.value is not null and {_OF_ENTERPRISE}
        """
        for table in ("ops.finding", "raw.reading_finding")
    ),
    f"""
    update raw.enterprises as t set
        legal_name = case when t.legal_name is not null then :erased end,
        tax_id = case
            when t.tax_id is not null
                then
                    :erased || case when t.tax_id_is_valid then '' else '{INVALID}' end
                    || upper(coalesce(t.taxpayer_key, '0'))
        end,
        received = t.received - array['tax_id', 'legal_name']
    where {_OF_ENTERPRISE}
    """,
    "update restricted.enterprise set legal_name = :erased, tax_id = :erased where enterprise_key = :key",
    "update candidate_restricted.enterprise set legal_name = :erased, tax_id = :erased where enterprise_key = :key",
)
