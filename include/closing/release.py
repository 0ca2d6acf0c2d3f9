"""The release: what two people approved, signed, entered for ever and kept in the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from include.closing import canonical, nights, package, proposal, refusals, signing
from include.closing.errors import Void
from include.platform.settings import Settings
from include.platform.step_lock import step_lock
from include.platform.tables import closing


@dataclass(frozen=True)
class Answer:
    """How somebody answered an approval; ``by`` is his name in Airflow."""

    by: str
    is_yes: bool
    at: datetime
    reason: str = ""


def compare(settings: Settings, first: Answer, second: Answer) -> None:
    """Raise Void unless two different people approved, each of those who may."""
    if not (first.is_yes and second.is_yes):
        raise Void("It was not approved twice.")
    if first.by == second.by:
        raise Void(f"{first.by} has approved twice: two people are needed, another one has to sign.")
    for answer, names, variable in ((first, settings.closers, "CLOSERS"), (second, settings.signers, "SIGNERS")):
        if answer.by not in names:
            raise Void(f"{answer.by} is not among {variable}, who may approve this.")


def publish(settings: Settings, engine: sa.Engine, run_id: str, first: Answer, second: Answer) -> str:
    """Enter and sign the release of a proposal; its name, such as ``2025-S2/1``. As the transformer.

    It is in the database wholly or not at all, and in the archive as soon as it is there. Again it changes nothing.
    No night switches the marts meanwhile. Raises Void.
    """
    compare(settings, first, second)
    with step_lock(engine), engine.begin() as connection:
        done = connection.scalar(
            sa.select(closing.c.release).where(closing.c.run_id == run_id, closing.c.status == "released")
        )
        name = done or _enter(settings, connection, run_id, first, second)
    package.keep(settings.archive, name)
    return str(name)


def _enter(settings: Settings, connection: sa.Connection, run_id: str, first: Answer, second: Answer) -> str:
    proposed = proposal.check(connection, run_id)
    period = proposed.period
    number = 1 + max((int(known.split("/")[1]) for known in refusals.releases_of(connection, period)), default=0)
    figures = canonical.live_figures(connection, period)
    evidence = canonical.live_evidence(connection, period)
    row: dict[str, Any] = {
        "release": f"{period}/{number}",
        "period": period,
        "night_id": proposed.night_id,
        "as_of": connection.scalar(
            sa.text("select as_of from ops.night where night_id = :night_id"), {"night_id": proposed.night_id}
        ),
        "proposed_by": first.by,
        "approved_by": second.by,
        "approved_at": second.at,
        "note": proposed.note,
        **nights.night_identity(connection, proposed.night_id),
        "figures_sha256": canonical.sha256(figures),
        "evidence_sha256": canonical.sha256(evidence),
    }
    text = canonical.release_text(row)
    row["signature"] = signing.sign(settings, text)
    whole = package.Package(
        text=text,
        signature=signing.decoded(row["signature"]),
        key=signing.as_pem(signing.public_key(settings)),
        figures=figures,
        evidence=evidence,
    )
    package.stage(settings.archive, row["release"], whole.content())
    enter(connection, row, canonical.parse_figures(figures))
    connection.execute(
        sa.update(closing)
        .where(closing.c.run_id == run_id)
        .values(
            status="released",
            release=row["release"],
            proposed_by=first.by,
            decided_by=second.by,
            ended_at=sa.func.now(),
        )
    )
    return str(row["release"])


def enter(connection: sa.Connection, row: Mapping[str, Any], figures: list[dict[str, str | None]]) -> None:
    """Write a release and its figures, which come first: none can be added once the release is there."""
    columns = list(canonical.FIGURES)
    numbers = {"claimed", "valid", "unique_value", "evidenced"}
    values = ", ".join(f"cast(:{name} as numeric)" if name in numbers else f":{name}" for name in columns)
    if figures:
        connection.execute(
            sa.text(f"insert into marts.release_figure (release, {', '.join(columns)}) values (:release, {values})"),
            [{**figure, "release": row["release"]} for figure in figures],
        )
    names = [*canonical.SIGNED, "signature"]
    connection.execute(
        sa.text(f"""
        insert into marts.release ({", ".join(names)})
        values ({", ".join("cast(:as_of as date)" if name == "as_of" else f":{name}" for name in names)})
        """),
        {name: row[name] for name in names},
    )
