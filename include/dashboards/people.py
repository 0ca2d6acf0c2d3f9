"""Who signs in to the dashboards: a name, a role, and the login of the database he reads as.

Superset keeps them in its own database. That an office's people see their own country's rows alone is not for Superset
to say: it asks the database as the office's login.
"""

from __future__ import annotations

import re

from include.dashboards import logins, place, process
from include.platform import people
from include.platform.errors import UsageError
from include.platform.settings import Settings

#: Role -> the roles of Superset it is made of. Only an editor may use SQL Lab, as the login he reads as.
ROLES = {
    "viewer": ("viewer",),
    "editor": ("Alpha", "sql_lab"),
    "administrator": ("Admin",),
}
#: What a role is called that says which login its people read as (``dashboards/superset_config.py``).
READS_AS = "reads as "

_NAME = re.compile(r"[a-z][a-z0-9._@-]{0,62}")


def check(name: str, role: str) -> None:
    """Raise UsageError where there can be no such person, or is no such role."""
    if role not in ROLES:
        raise UsageError(f"There is no role {role!r}: choose one of {', '.join(ROLES)}.")
    if not _NAME.fullmatch(name) or name == place.ADMINISTRATOR:
        raise UsageError(
            f"NAME={name} cannot be: small letters, digits and ._@- after a letter, at most 63; not "
            f"{place.ADMINISTRATOR}."
        )


def person(name: str, role: str, login: str, password: str | None) -> dict[str, object]:
    """What the set-up inside Superset is told of somebody; without a password a person keeps the one he has."""
    return {"name": name, "roles": [*ROLES[role], READS_AS + login], "password": password}


def let_in(settings: Settings, name: str, role: str, login: str | None, is_new_password: bool) -> str | None:
    """Make somebody a person of Superset with this one role and login; the password, where there is a new one.

    Superset has to be set up. Raises UsageError where there is no such role or login.
    """
    check(name, role)
    login = login or logins.PROGRAMME
    logins.check(settings, login)
    logins.tell(settings)
    is_known = name in process.set_up(settings, {"known": [name]})
    password = people.new_password() if is_new_password or not is_known else None
    process.set_up(settings, {"people": [person(name, role, login, password)]})
    return password
