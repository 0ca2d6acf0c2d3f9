"""Which of the database's logins Superset may query the warehouse as, and what it is told of them.

A person of Superset reads as one login: the programme's ``bi_reader`` or a country office's, whose rows the database
itself decides. No password of a role that writes is told.
"""

from __future__ import annotations

import json

from include.dashboards import place
from include.platform import database, readers, secrets
from include.platform.errors import UsageError
from include.platform.settings import Settings

#: The login that reads the whole programme.
PROGRAMME = "bi_reader"


def known(settings: Settings) -> dict[str, str]:
    """Login -> password of every login that reads the marts: the programme's and the country offices'."""
    with database.connected(settings) as connection:
        offices = readers.country_logins(connection)
    return {
        login: secrets.password(settings, login)
        for login in (PROGRAMME, *offices)
        if secrets.has_password(settings, login)
    }


def tell(settings: Settings) -> list[str]:
    """Write what Superset is told; it looks at every query, so that a login that is gone is gone at once."""
    logins = known(settings)
    secrets.write_private(place.logins_file(settings), json.dumps(logins))
    return sorted(logins)


def check(settings: Settings, login: str) -> None:
    """Raise UsageError where there is no such login."""
    logins = known(settings)
    if login not in logins:
        raise UsageError(
            f"There is no login {login!r} that reads the marts; there are: {', '.join(sorted(logins))}. "
            f"{settings.command('grant-country')} COUNTRY=PE makes one of a country office."
        )
