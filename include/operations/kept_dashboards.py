"""The dashboards' own database in a backup: its people with roles and hashed passwords, and what editors have made.

The programme's pages follow from the definition and would not need it. Who opened what page when is left out. It comes
back into an empty database of Superset's, made by the role that owns it; ``make dashboards`` then brings its tables to
the version that is installed, and the pages to today's.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import psycopg
import sqlalchemy as sa

from include.dashboards import metadata, place
from include.operations import client_programs
from include.platform import database, secrets
from include.platform.errors import PlatformError
from include.platform.settings import Settings

log = logging.getLogger(__name__)

_PEOPLE = "select username::text from ab_user where active and username <> %s order by 1"


def dump(settings: Settings, file: Path) -> bool:
    """Write it; False, and no file, where there are no dashboards, or with a word in the log where it fails."""
    try:
        if not _is_there(settings) or _people(settings) is None:
            return False
        client_programs.run(
            settings,
            "pg_dump",
            place.metadata_url(settings),
            *("--format=custom", "--no-privileges", "--exclude-table-data=logs", f"--file={file}"),
        )
    except PlatformError as error:  # all else is worth a backup
        log.warning("The people of the dashboards are not in the backup. %s", error)
        file.unlink(missing_ok=True)
        return False
    return True


def bring_back(settings: Settings, file: Path) -> list[str]:
    """Make it again where it was in the backup; who can sign in after ``make dashboards``.

    Raises PlatformError where it cannot be made, or is there already with people of its own.
    """
    if not file.exists():
        return []
    metadata.prepare(settings)
    if _people(settings) is not None:
        name = place.metadata_url(settings).database
        raise PlatformError(f"There is a database {name} with people of its own, who stay as they are.")
    client_programs.put_back(settings, str(file), place.metadata_url(settings), "--no-privileges")
    return _people(settings) or []


def _is_there(settings: Settings) -> bool:
    """Whether dashboards have a database; asked of the server, for on a new one Superset's role is not there either."""
    if os.environ.get("SUPERSET_DATABASE_URL"):
        return True
    if not secrets.has_password(settings, "superset"):
        return False
    known = sa.text("select exists (select from pg_database where datname = :name)")
    with database.connected(settings) as connection:
        return bool(connection.scalar(known, {"name": place.metadata_url(settings).database}))


def _people(settings: Settings) -> list[str] | None:
    """Everybody who can sign in but the administrator; None where Superset's tables are not there."""
    try:
        with psycopg.connect(database.plain(place.metadata_url(settings)), connect_timeout=10) as connection:
            return [name for (name,) in connection.execute(_PEOPLE, [place.ADMINISTRATOR])]
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise PlatformError(f"Superset's database cannot be reached: {str(error).strip()}") from None
