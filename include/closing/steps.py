"""The steps of DAG ``close_period``, each a function of settings and run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from include.closing import proposal, refusals, release, shown
from include.closing.errors import Void
from include.closing.release import Answer
from include.platform import database
from include.platform.settings import Settings
from include.platform.tables import closing

APPROVE = "Approve"


def propose(settings: Settings, run_id: str, period: str, note: str | None, is_at_work: Callable[[str], bool]) -> None:
    """Enter the proposal, if nothing speaks against it. Raises Refused, and changes nothing."""
    with database.transaction(settings, "transformer") as connection:
        night = refusals.check(connection, settings, period, note, lambda other: other != run_id and is_at_work(other))
        proposal.open_(connection, run_id, night, period, note)


def to_approve(settings: Settings, run_id: str, variable: str) -> tuple[str, str, list[dict[str, str]]]:
    """Headline, text (Markdown) and people of an approval; ``variable`` is CLOSERS or SIGNERS. Raises Void.

    The page that the text leads to is written.
    """
    with database.transaction(settings, "transformer") as connection:
        row = proposal.check(connection, run_id)
        to_sign = shown.read(connection, row.period, row.night_id, row.note)
        known = refusals.check_people(settings)
    page = shown.write_page(settings, to_sign, re.sub(r"[^A-Za-z0-9.-]", "_", f"{row.period}_{run_id}"))
    names = settings.closers if variable == "CLOSERS" else settings.signers
    headline = f"Propose to close {row.period}" if variable == "CLOSERS" else f"Sign {row.period}"
    return headline, shown.as_markdown(to_sign, page), refusals.chosen(known, names)


def answer(event: Mapping[str, Any] | None) -> Answer | None:
    """What an approval of Airflow came to; None where nobody has answered."""
    if not event or not event.get("responded_by_user") or not event.get("chosen_options"):
        return None
    return Answer(
        by=event["responded_by_user"]["name"],
        is_yes=list(event["chosen_options"]) == [APPROVE],
        at=event["responded_at"],
        reason=" ".join(str((event.get("params_input") or {}).get("reason") or "").split()),
    )


def compare(settings: Settings, first: Answer | None, second: Answer | None) -> tuple[Answer, Answer]:
    """The approvals. Raises Void unless two different people have given them."""
    if first is None or second is None:
        raise Void("It was not approved twice.")
    release.compare(settings, first, second)
    return first, second


def publish(settings: Settings, run_id: str, first: Answer | None, second: Answer | None) -> str:
    """Sign and enter the release; its name. Raises Void."""
    answers = compare(settings, first, second)
    with database.opened(settings, "transformer") as engine:
        return release.publish(settings, engine, run_id, *answers)


def give_up(settings: Settings, run_id: str, said: str) -> None:
    """The proposal is void, with the reason."""
    _end(settings, run_id, "void", said)


def conclude(settings: Settings, run_id: str, first: Answer | None, second: Answer | None) -> tuple[bool, str]:
    """End the proposal where nobody has: whether the run came to what people wanted, and what it came to, in words.

    Nothing is said of a run that was refused at its beginning.
    """
    for one in (first, second):
        if one and not one.is_yes:
            _end(settings, run_id, "rejected", one.reason or "no reason was given", one.by)
    _end(settings, run_id, "void", "a step of it failed; see its log")
    with database.connected(settings, "transformer") as connection:
        row = connection.execute(sa.select(closing).where(closing.c.run_id == run_id)).one_or_none()
    if row is None:
        return False, ""
    if row.status == "released":
        return True, f"{row.release} is released: proposed by {row.proposed_by}, signed by {row.decided_by}."
    if row.status == "rejected":
        return True, f"{row.decided_by} has rejected the close of {row.period}: {row.reason}."
    return False, str(row.reason)


def _end(settings: Settings, run_id: str, status: str, reason: str, by: str | None = None) -> None:
    with database.transaction(settings, "transformer") as connection:
        proposal.end(connection, run_id, status, reason, by)
