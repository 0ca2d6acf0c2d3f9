"""What a closing has to know of the nights: which published last, and by what it judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from include.platform.tables import night

#: What a release says of its night. Empty where the night was run by a version that did not keep it.
IDENTITY = ("code_version", "registry_sha256", "reference_sha256", "rules_sha256")


@dataclass(frozen=True)
class Night:
    """A night as ``ops.night`` has it."""

    night_id: str
    as_of: date
    status: str


def last(connection: sa.Connection) -> Night | None:
    """The night begun last; None before the first."""
    query = "select night_id, as_of, status from ops.night order by started_at desc, night_id desc limit 1"
    row = connection.execute(sa.text(query)).one_or_none()
    return Night(row.night_id, row.as_of, row.status) if row else None


def published_since(connection: sa.Connection, night_id: str) -> list[Night]:
    """The nights that have published after one, in order. All of them where that one is not known."""
    query = """
        select night_id, as_of, status from ops.night
        where published_at > coalesce(
            (select published_at from ops.night where night_id = :night_id), '-infinity'
        )
        order by published_at
    """
    rows = connection.execute(sa.text(query), {"night_id": night_id})
    return [Night(row.night_id, row.as_of, row.status) for row in rows]


def night_identity(connection: sa.Connection, night_id: str) -> dict[str, str | None]:
    """By what the night judged and counted, by content (IDENTITY)."""
    query = sa.select(*(night.c[name] for name in IDENTITY)).where(night.c.night_id == night_id)
    row = connection.execute(query).mappings().one_or_none()
    return dict(row) if row else dict.fromkeys(IDENTITY)
