"""From a warehouse to dashboards that answer: database, assets, people, server; each step only where it is needed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from include.dashboards import assets, logins, metadata, people, place, process
from include.platform import processes, schema, secrets
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT, Settings

_LOCK = PROJECT_ROOT / "requirements" / "superset.txt"


def start(settings: Settings, say: Callable[[str], None] = lambda _: None) -> bool:
    """Bring the dashboards up; True where the server had to be started.

    Raises PlatformError where Superset's environment is not there, or it cannot be set up or started.
    """
    if not place.INTERPRETER.exists():
        raise PlatformError("Superset's environment is not there: make dashboards sets it up.")
    say("the database")
    schema.prepare(settings)
    with processes.locked(settings.locks / "superset-set-up"):
        metadata.prepare(settings)
        logins.tell(settings)
        fingerprint = _set_up(settings, say)
    return process.start(settings, fingerprint, say)


def _set_up(settings: Settings, say: Callable[[str], None]) -> str:
    """Superset's tables, roles, administrator and assets, where they are not as told already; what they are made of."""
    folder = place.home(settings) / "assets"
    written = assets.write(folder, place.warehouse_url(settings).render_as_string())
    password = place.administrator_password(settings)
    told = [_LOCK.read_text(), (place.FOLDER / "superset_set_up.py").read_text(), password, written]
    fingerprint = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    stamp = place.home(settings) / "set-up.sha256"
    if _text(stamp) == fingerprint:
        return fingerprint
    say("Superset's tables, roles and pages (the first time some minutes)")
    administrator = people.person(place.ADMINISTRATOR, "administrator", logins.PROGRAMME, password)
    process.set_up(
        settings,
        {
            "migrate": True,
            "people": [administrator],
            "as": place.ADMINISTRATOR,
            "assets": str(folder),
            "database": assets.DATABASE_NAME,
        },
    )
    secrets.write_private(stamp, fingerprint)
    return fingerprint


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
