"""Inside Airflow: bring its database, roles and people to what is told as JSON on standard input.

    python -m include.platform.airflow_people

``migrate``: whether the tables come first; ``roles``: name -> [action, resource] pairs, which replace what a role had;
``people``: ``name``, ``role``, ``password`` each. A person who is there gets role and password, a null password stays.
``kept``: people of a backup (``people.KeptPerson``); who is there already stays as he is.
One process for all of it: to import Airflow takes longest.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from airflow.__main__ import main as airflow
from airflow.utils.providers_configuration_loader import providers_configuration_loaded


def _migrate() -> None:
    sys.argv = ["airflow", "db", "migrate"]
    airflow()  # type: ignore[no-untyped-call]


@providers_configuration_loaded  # FAB's own defaults
def _provide(told: dict[str, Any]) -> None:
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        manager = builder.sm
        if told["roles"]:
            manager.sync_roles()  # FAB's own, above all the administrator's
        for name, pairs in told["roles"].items():
            role = manager.add_role(name)
            role.permissions = [manager.create_permission(action, resource) for action, resource in pairs]
        manager.session.commit()
        for person in told["people"]:
            _person(manager, **person)
        for person in told["kept"]:
            _kept(manager, **person)


def _person(manager: Any, name: str, role: str, password: str | None) -> None:
    found = manager.find_user(username=name)
    if not found:
        # FAB wants an address of everybody, unlike the others; nobody is written to.
        if not manager.add_user(name, name, "-", f"{name}@airflow.invalid", manager.find_role(role), password):
            raise SystemExit(f"{name} could not be made")
        return
    found.roles, found.active = [manager.find_role(role)], True
    manager.session.commit()
    if password:
        manager.reset_password(found.id, password)


def _kept(manager: Any, name: str, roles: list[str], hashed_password: str | None, **about: str) -> None:
    if manager.find_user(username=name):
        return
    found = [role for role in map(manager.find_role, roles) if role]
    hashed = hashed_password or "-"  # what is no hash fits no password
    if not manager.add_user(name, role=found, hashed_password=hashed, **about):
        raise SystemExit(f"{name} could not be made again")


if __name__ == "__main__":
    what = json.load(sys.stdin)
    if what["migrate"]:
        _migrate()
    _provide(what)
