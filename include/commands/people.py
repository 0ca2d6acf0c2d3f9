"""Commands about the people of Airflow."""

from __future__ import annotations

from include.commands.told import console, required, told
from include.platform.settings import Settings

_EXAMPLE = "make user NAME=rosa ROLE=officer"


def user(settings: Settings) -> int:
    """Let NAME sign in to Airflow as ROLE; prints a new person's password, once. PASSWORD=new gives another one."""
    from include.platform import airflow_environment, people, schema
    from include.platform.airflow_services import Airflow

    name, role = required("NAME", _EXAMPLE), required("ROLE", _EXAMPLE)
    people.check(name, role, airflow_environment.USER)
    schema.prepare(settings)
    password = Airflow(settings).let_in(name, role, is_new_password=told("PASSWORD") == "new")
    console.print(f"{name} signs in at {airflow_environment.known_url(settings)} with role {role}.", markup=False)
    if password:
        console.print("The password is shown this once and kept nowhere:")
        print(password)
    else:
        console.print(
            f"The password stays; another one: {settings.command('user')} NAME={name} ROLE={role} PASSWORD=new"
        )
    return 0
