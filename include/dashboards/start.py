"""From a warehouse to dashboards that answer: database, assets, people, server; each step only where it is needed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from include.dashboards import assets, logins, metadata, people, place, process
from include.platform import processes, schema, secrets
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT, Settings

_LOCK = PROJECT_ROOT / "requirements" / "superset.txt"
_SCRIPT = place.FOLDER / "superset_set_up.py"


def start(settings: Settings, say: Callable[[str], None] = lambda _: None) -> bool:
    """Bring the dashboards up; True where the server had to be started.

    Raises PlatformError where Superset's environment is not there, or it cannot be set up or started.
    """
    say("the database")
    schema.prepare(settings)
    prepare(settings, say)
    return process.start(settings, say)


def prepare(settings: Settings, say: Callable[[str], None] = lambda _: None) -> None:
    """Bring Superset's database, roles, administrator and pages to today's, and tell it the logins there are.

    The warehouse's own tables and roles have to be there. Raises PlatformError where Superset's environment is not
    there, or it cannot be set up.
    """
    if not place.INTERPRETER.exists():
        raise PlatformError("Superset's environment is not there: make dashboards sets it up.")
    with processes.locked(settings.locks / "superset-set-up"):
        metadata.prepare(settings)
        logins.tell(settings)
        _set_up(settings, say)


def _set_up(settings: Settings, say: Callable[[str], None]) -> None:
    """Superset's tables, roles, administrator and pages, where they are not as told already."""
    password = place.administrator_password(settings)
    tables = _hash(_LOCK.read_text(), _SCRIPT.read_text(), password, place.metadata_url(settings).render_as_string())
    pages = assets.write(place.home(settings) / "assets", place.warehouse_url(settings).render_as_string())
    stamp = place.home(settings) / "set-up.sha256"
    done = stamp.read_text().split() if stamp.exists() else []
    what: dict[str, object] = {"as": place.ADMINISTRATOR, "database": assets.DATABASE_NAME}
    if tables not in done:
        say("Superset's tables and roles (the first time a minute or two)")
        administrator = people.person(place.ADMINISTRATOR, "administrator", logins.PROGRAMME, password)
        what |= {"migrate": True, "people": [administrator]}
    if {tables, pages} - set(done):
        say("the pages, in three languages")
        process.set_up(settings, {**what, "assets": str(place.home(settings) / "assets")})
        secrets.write_private(stamp, f"{tables} {pages}")


def _hash(*told: str) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
