"""What has to hold before a period can be proposed for closing; else one sentence says what does not."""

from __future__ import annotations

from collections.abc import Callable, Collection

import sqlalchemy as sa

from include.closing import nights
from include.closing.errors import Refused
from include.closing.nights import Night
from include.platform import people
from include.platform.settings import Settings

_CALENDAR = "select period, ends_on from registry.reporting_calendar order by ends_on"
_WAITING = "select run_id, period, night_id from ops.closing where status = 'waiting'"


def check(
    connection: sa.Connection,
    settings: Settings,
    period: str,
    note: str | None,
    is_at_work: Callable[[str], bool] = lambda _: True,
) -> Night:
    """The night whose figures would be signed. Raises Refused. As the transformer.

    ``is_at_work`` tells whether a run of the DAG still goes on; a proposal whose run was ended, or that a night has
    made void, waits no longer.
    """
    ends = {row.period: row.ends_on for row in connection.execute(sa.text(_CALENDAR))}
    if period not in ends:
        known = f"it has {', '.join(ends)}" if ends else "it is empty: run a night first"
        raise Refused(f"There is no period {period!r} in the calendar of the registry; {known}.")
    night = nights.last(connection)
    if night is None:
        raise Refused("No night has run yet: there are no figures to sign.")
    if night.status == "running":
        raise Refused(f"The night {night.night_id} is running: close {period} when it has ended.")
    if night.status != "succeeded":
        raise Refused(f"The last night, {night.night_id}, is {night.status}: run one that succeeds before {period}.")
    if ends[period] >= night.as_of:
        raise Refused(
            f"{period} has not ended: its last day is {ends[period]}, and the last night's load date {night.as_of}."
        )
    _check_waiting(connection, is_at_work)
    if not note and (known_releases := releases_of(connection, period)):
        raise Refused(f'{period} is closed already ({known_releases[-1]}): to close it again, say why with NOTE="…".')
    check_people(settings)
    return night


def releases_of(connection: sa.Connection, period: str) -> list[str]:
    """The releases of a period, oldest first."""
    query = sa.text("select release from marts.release where period = :period")
    return sorted(connection.scalars(query, {"period": period}), key=lambda release: int(release.split("/")[1]))


def check_people(settings: Settings) -> dict[str, people.Person]:
    """The people of Airflow. Raises Refused where CLOSERS and SIGNERS cannot be two of them who may answer."""
    known = people.known(settings)
    for variable, names in (("CLOSERS", settings.closers), ("SIGNERS", settings.signers)):
        if not names:
            raise Refused(
                f"{variable} names nobody: write who may {_DOES[variable]} into warehouse.toml, then make up."
            )
        for name in names:
            _check_person(variable, name, known)
    if len(everybody := {*settings.closers, *settings.signers}) == 1:
        raise Refused(f"CLOSERS and SIGNERS name {everybody.pop()} alone: two people are needed.")
    return known


_DOES = {"CLOSERS": "propose to close a period", "SIGNERS": "sign it"}
_ROLE = {"CLOSERS": "officer", "SIGNERS": "signer"}


def _check_person(variable: str, name: str, known: dict[str, people.Person]) -> None:
    how = f"make user NAME={name} ROLE={_ROLE[variable]}"
    if name not in known:
        raise Refused(f"{name}, of {variable}, is not a person of Airflow: {how}.")
    if not known[name].may_answer:
        raise Refused(f"{name}, of {variable}, may not approve as {', '.join(known[name].roles) or 'nobody'}: {how}.")


def chosen(known: dict[str, people.Person], names: Collection[str]) -> list[dict[str, str]]:
    """People as Airflow's approvals want them."""
    return [{"id": known[name].id, "name": name} for name in names]


def _check_waiting(connection: sa.Connection, is_at_work: Callable[[str], bool]) -> None:
    for waiting in connection.execute(sa.text(_WAITING)).all():
        if is_at_work(waiting.run_id) and not nights.published_since(connection, waiting.night_id):
            raise Refused(
                f"A close of {waiting.period} is waiting for its approvals (run {waiting.run_id}): let it end first."
            )
