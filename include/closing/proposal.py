"""The proposal: entered as waiting, shown to those who sign, and ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from include.closing import canonical, nights
from include.closing.errors import Refused, Void
from include.closing.nights import Night
from include.platform.tables import closing


def open_(connection: sa.Connection, run_id: str, night: Night, period: str, note: str | None) -> None:
    """Enter a proposal as waiting; those that wait no longer are ended. Entering the same again changes nothing.

    To be called when nothing speaks against it (``refusals.check``). Raises Refused where another one was quicker.
    """
    others = (closing.c.status == "waiting") & (closing.c.run_id != run_id)
    old = f"a night has published since, or its run was ended; {run_id} took its place"
    connection.execute(
        sa.update(closing).where(others).values(status="void", reason=old, ended_at=sa.func.now()),
    )
    row = {
        "run_id": run_id,
        "period": period,
        "night_id": night.night_id,
        "note": " ".join((note or "").split()) or None,
        "figures_sha256": canonical.sha256(canonical.live_figures(connection, period)),
        "evidence_sha256": canonical.sha256(canonical.live_evidence(connection, period)),
    }
    exists = sa.select(closing.c.run_id).where(closing.c.run_id == run_id)
    if connection.scalar(exists) is None:
        try:
            connection.execute(sa.insert(closing).values(row))
        except sa.exc.IntegrityError:
            raise Refused("Another close began to wait at the same moment: let it end first.") from None


def enter_released(connection: sa.Connection, release: Mapping[str, Any]) -> None:
    """Enter the proposal of a release (its row) that the database has lost, as over; one that is there stays."""
    if connection.scalar(sa.select(sa.exists().where(closing.c.release == release["release"]))):
        return
    same = ("period", "night_id", "note", "release", "proposed_by", "figures_sha256", "evidence_sha256")
    row = {name: release[name] for name in same}
    moment = release["approved_at"]
    row |= {"run_id": f"release {release['release']}", "status": "released", "decided_by": release["approved_by"]}
    connection.execute(sa.insert(closing).values(**row, opened_at=moment, ended_at=moment))


def of(connection: sa.Connection, run_id: str) -> sa.Row[Any]:
    """The proposal of a run. Raises Void where there is none, or where it does not wait."""
    row = connection.execute(sa.select(closing).where(closing.c.run_id == run_id)).one_or_none()
    if row is None:
        raise Void(f"Nothing was proposed by the run {run_id}.")
    if row.status != "waiting":
        raise Void(f"The proposal to close {row.period} is {row.status}: {row.reason}.")
    return row


def check(connection: sa.Connection, run_id: str) -> sa.Row[Any]:
    """The proposal of a run, which still is about the figures of the marts. Raises Void, with the night that it met."""
    row = of(connection, run_id)
    if later := nights.published_since(connection, row.night_id):
        said = ", ".join(f"{night.night_id} of {night.as_of}" for night in later)
        raise Void(f"The proposal to close {row.period} is void: since it was made a night has published, {said}.")
    shown = (row.figures_sha256, row.evidence_sha256)
    texts = (canonical.live_figures(connection, row.period), canonical.live_evidence(connection, row.period))
    if shown != tuple(map(canonical.sha256, texts)):
        raise Void(f"The proposal to close {row.period} is void: the marts hold other figures than those shown.")
    return row


def end(connection: sa.Connection, run_id: str, status: str, reason: str | None, by: str | None = None) -> None:
    """End a proposal that waits; one that has ended stays as it is."""
    waits = (closing.c.run_id == run_id) & (closing.c.status == "waiting")
    values = {"status": status, "reason": reason, "ended_at": sa.func.now(), "decided_by": by}
    connection.execute(sa.update(closing).where(waits).values(values))
