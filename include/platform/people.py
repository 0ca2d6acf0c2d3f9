"""The people of Airflow: their roles, what each role may, and who there is. Airflow's FAB auth manager keeps them.

People and roles are kept in Airflow's own database. Whoever is the administrator of Airflow can make himself anybody;
``make user`` makes nobody one.
"""

from __future__ import annotations

import re
import secrets as randomness
from dataclasses import dataclass

import psycopg

from include.platform import database
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings

#: The DAGs of a night, which an operator runs, and the one by which people close a period.
NIGHT_DAGS = ("ingest", "validate", "marts", "publish", "housekeeping")
CLOSING_DAG = "close_period"

_MENU, _READ, _EDIT, _CREATE = "menu_access", "can_read", "can_edit", "can_create"
_SEEN = ("DAGs", "DAG Dependencies", "DAG Runs", "Assets", "Task Instances", "Docs", "Documentation", "Browse")
_READABLE = (
    *("DAGs", "DAG Dependencies", "DAG Code", "DAG Runs", "DAG Versions", "DAG Warnings", "Assets", "Asset Aliases"),
    *("Task Instances", "Task Logs", "ImportError", "Jobs", "Pools", "XComs", "HITL Detail", "Website"),
    *("Cluster Activity", "My Password", "My Profile"),
)
_VIEWER = (
    *((_READ, resource) for resource in _READABLE),
    *((_MENU, resource) for resource in (*_SEEN, "HITL Detail")),
    (_EDIT, "My Password"),
    (_EDIT, "My Profile"),
)
#: What answering an approval takes; who may answer which is said by its ``assigned_users``.
_ANSWERS = ((_EDIT, "HITL Detail"), (_EDIT, f"DAG:{CLOSING_DAG}"))

#: Role -> (action, resource) pairs in FAB's words. Runs and tasks of the closing are changed by an administrator alone.
ROLES: dict[str, tuple[tuple[str, str], ...]] = {
    "viewer": _VIEWER,
    "operator": (
        *_VIEWER,
        *((_EDIT, f"DAG:{dag}") for dag in NIGHT_DAGS),
        *((action, resource) for action in (_CREATE, _EDIT) for resource in ("DAG Runs", "Task Instances")),
    ),
    "officer": (*_VIEWER, *_ANSWERS, (_CREATE, "DAG Runs")),
    "signer": (*_VIEWER, *_ANSWERS),
}
#: Roles of FAB's own that may do all of this, too.
_MAY_ALL = ("Admin",)

_NAME = re.compile(r"[a-z][a-z0-9._@-]{0,62}")


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in to Airflow; ``id`` is how approvals name him."""

    id: str
    name: str
    roles: tuple[str, ...]

    @property
    def may_answer(self) -> bool:
        """Whether a role of his may answer approvals of the closing."""
        return any(role in _MAY_ALL or _ANSWERS[0] in ROLES.get(role, ()) for role in self.roles)


@dataclass(frozen=True)
class KeptPerson:
    """Somebody as a backup has him. A password is kept as FAB hashes it; who signs in elsewhere has none."""

    name: str
    first_name: str
    last_name: str
    email: str
    hashed_password: str | None
    roles: tuple[str, ...]


def kept(settings: Settings, administrator: str) -> list[KeptPerson]:
    """Everybody who can sign in to Airflow but its administrator; nobody before Airflow's database was ever set up.

    Raises PlatformError where that database cannot be reached.
    """
    query = """
        select u.username, u.first_name, u.last_name, u.email, u.password,
            array_remove(array_agg(r.name::text order by r.name), null)
        from ab_user as u
        left join ab_user_role as ur on ur.user_id = u.id
        left join ab_role as r on r.id = ur.role_id
        where u.active and u.username <> %s
        group by u.id
        order by u.username
    """
    try:
        with psycopg.connect(database.plain(database.airflow_url(settings)), connect_timeout=10) as connection:
            rows = connection.execute(query, [administrator]).fetchall()
    except psycopg.errors.UndefinedTable:
        return []
    except psycopg.OperationalError as error:
        raise PlatformError(f"Airflow's database cannot be reached: {str(error).strip()}") from None
    return [
        KeptPerson(name, first_name, last_name, email, hashed_password, tuple(roles))
        for name, first_name, last_name, email, hashed_password, roles in rows
    ]


def known(settings: Settings) -> dict[str, Person]:
    """Everybody who can sign in to Airflow, by name; empty before Airflow's database was ever set up."""
    query = """
        select u.id::text, u.username, array_remove(array_agg(r.name::text order by r.name), null)
        from ab_user as u
        left join ab_user_role as ur on ur.user_id = u.id
        left join ab_role as r on r.id = ur.role_id
        where u.active
        group by u.id, u.username
    """
    try:
        with psycopg.connect(database.plain(database.airflow_url(settings)), connect_timeout=10) as connection:
            rows = connection.execute(query).fetchall()
    except psycopg.errors.UndefinedTable:
        return {}
    return {name: Person(id_, name, tuple(roles)) for id_, name, roles in rows}


def check(name: str, role: str, administrator: str) -> None:
    """Raise UsageError where there can be no such person, or is no such role."""
    if role not in ROLES:
        raise UsageError(f"There is no role {role!r}: choose one of {', '.join(ROLES)}.")
    if not _NAME.fullmatch(name) or name == administrator:
        raise UsageError(
            f"NAME={name} cannot be: small letters, digits and ._@- after a letter, at most 63; not {administrator}."
        )


def new_password() -> str:
    """A password at random, to be told once."""
    return randomness.token_urlsafe(15)
