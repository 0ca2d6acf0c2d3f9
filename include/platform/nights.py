"""The row of ``ops.night`` that a night opens, works by and closes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa

from include.platform.tables import night

#: Longest reason that is kept, in characters.
REASON_MAX = 4000


def open_night(engine: sa.Engine, night_id: str, as_of: date, inbox: str, registry: str) -> None:
    """Enter a night as running; a night that never ended (its processes died) is marked ``abandoned``.

    Nothing of an abandoned night is lost: every stage works on what it finds undone. Entering the same night again
    (a retried task) changes nothing.
    """
    with engine.begin() as connection:
        connection.execute(
            sa.update(night)
            .where(night.c.status == "running", night.c.night_id != night_id)
            .values(
                status="abandoned",
                finished_at=datetime.now(UTC),
                reason="its processes ended before it did; the next night went on from where it stood",
            )
        )
        connection.execute(
            sa.text("""
            insert into ops.night (night_id, as_of, inbox, registry, started_at)
            select
                :night_id, :as_of, :inbox, :registry,
                greatest(now(), max(started_at) + interval '1 microsecond')  -- last, also after a clock was put back
            from ops.night
            on conflict (night_id) do update set status = 'running', reason = null, finished_at = null
            """),
            {"night_id": night_id, "as_of": as_of, "inbox": inbox, "registry": registry},
        )


def close_night(engine: sa.Engine, night_id: str, status: str, reason: str | None = None) -> None:
    """Mark a night ``succeeded`` or ``failed`` with the reason in words the operator can act on."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(night)
            .where(night.c.night_id == night_id)
            .values(status=status, reason=reason and reason[:REASON_MAX], finished_at=datetime.now(UTC))
        )


def registry_of(engine: sa.Engine, night_id: str) -> str:
    """The registry folder the night was told to use."""
    with engine.connect() as connection:
        return connection.execute(sa.select(night.c.registry).where(night.c.night_id == night_id)).scalar_one()
