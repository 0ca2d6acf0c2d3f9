"""Where Superset's things are: its environment, its folder below ``STATE``, its port, its database."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from include.platform import database, processes, secrets
from include.platform.settings import PROJECT_ROOT, Settings

#: The project's folder with definition, configuration and set-up.
FOLDER = PROJECT_ROOT / "dashboards"
#: The interpreter of Superset's own environment (``requirements/superset.txt``).
INTERPRETER = PROJECT_ROOT / ".venv" / "superset" / "bin" / "python"

#: How the warehouse is asked. Superset kills what takes longer than a minute, and the database stops before; a question
#: and the moment of publication are of one snapshot; and what rows an office or a scope has left is guessed far too
#: low, so that loops over them would take seconds for hundredths.
SESSION = {
    "statement_timeout": "55s",
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "repeatable read",
    "enable_nestloop": "off",
}

#: Who may do everything in Superset.
ADMINISTRATOR = "admin"


def home(settings: Settings) -> Path:
    """Superset's folder below STATE, closed to other users."""
    folder = settings.state / "superset"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def port_file(settings: Settings) -> Path:
    """Where the port of the server is remembered."""
    return home(settings) / "port"


def logins_file(settings: Settings) -> Path:
    """Passwords of the database's logins that Superset may use, by name, as JSON with mode 0600."""
    return home(settings) / "logins.json"


def base_url(settings: Settings) -> str:
    """Where the server listens, as this machine or this container reaches it."""
    return f"http://{processes.HOST}:{processes.remembered_port(port_file(settings)) or settings.dashboards_port}"


def known_url(settings: Settings) -> str:
    """What a browser opens: ``DASHBOARDS_URL`` where a proxy stands before the server."""
    return settings.dashboards_url or base_url(settings)


def administrator_password(settings: Settings) -> str:
    """Password of :data:`ADMINISTRATOR`."""
    return secrets.superset_secret(settings, "admin_password")


def metadata_url(settings: Settings) -> sa.URL:
    """URL of the database that Superset keeps its own tables in, as the role that owns it.

    Beside the warehouse on the same server; role and database are called ``superset``, on a server of somebody else's
    ``<warehouse>_superset``. ``SUPERSET_DATABASE_URL`` names another place, which has to exist.
    """
    if elsewhere := os.environ.get("SUPERSET_DATABASE_URL"):
        return sa.make_url(elsewhere).set(drivername="postgresql+psycopg2")
    administrator = database.url(settings)
    name = f"{administrator.database}_superset" if settings.warehouse_url else "superset"
    return administrator.set(
        drivername="postgresql+psycopg2",
        username=name,
        password=secrets.password(settings, "superset"),
        database=name,
    )


def session_options() -> str:
    """:data:`SESSION` as libpq's ``options`` have it."""
    return " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in SESSION.items())


def warehouse_url(settings: Settings) -> sa.URL:
    """URL of the warehouse as Superset knows it: nobody's, because each query is made as the login of who asks."""
    address = database.url(settings)
    query = {name: value for name, value in address.query.items() if name.startswith("ssl")}
    return sa.URL.create("postgresql+psycopg2", host=address.host, port=address.port, database=address.database).set(
        query=query
    )
