"""What a night is about to work on, in words for the operator; and that there is a registry to judge by."""

from __future__ import annotations

import re

import sqlalchemy as sa

from include.platform import processes
from include.platform.errors import UsageError
from include.platform.postgres import Server
from include.platform.settings import Settings


def check_registry(settings: Settings) -> None:
    """Raise UsageError where there is no folder with files in it where the registry has to be."""
    said = f"REGISTRY={settings.registry}, the programme office's folder,"
    what_to_do = "name it with REGISTRY=/path/to/registry (make demo tries everything on a registry of its own)"
    try:
        is_empty = not any(settings.registry.iterdir())
    except FileNotFoundError:
        raise UsageError(f"{said} does not exist: {what_to_do}.") from None
    except OSError as error:
        raise UsageError(f"{said} cannot be read ({error.strerror}): {what_to_do}.") from None
    if is_empty:
        raise UsageError(f"{said} is empty: {what_to_do}.")


def lines(settings: Settings, about_registry: str = "") -> list[str]:
    """STATE, INBOX, REGISTRY and the warehouse, one line each, without a password."""
    return [
        f"STATE      {settings.state}",
        f"INBOX      {re.sub('(?<=://)[^/@]*@', '', settings.inbox)}",
        f"REGISTRY   {settings.registry}{about_registry}",
        f"warehouse  {warehouse(settings)}",
    ]


def warehouse(settings: Settings) -> str:
    """Where the warehouse is, without a password."""
    if not settings.warehouse_url:
        port = processes.remembered_port(Server(settings).port_file) or settings.database_port
        return "the embedded PostgreSQL of STATE" + (f", {processes.HOST}:{port}" if port else "")
    try:
        address = sa.make_url(settings.warehouse_url)
    except sa.exc.ArgumentError:
        return "WAREHOUSE_URL"  # which whoever uses it will refuse
    # Only what is needed: a password may stand in the query, too.
    return f"{address.username or ''}@{address.host or ''}:{address.port or 5432}/{address.database or ''}"
