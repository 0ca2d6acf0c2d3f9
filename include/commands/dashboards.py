"""Commands about the dashboards and the people who read them."""

from __future__ import annotations

from include.commands.told import console, required, told
from include.platform.settings import Settings

_EXAMPLE = "make dashboards-user NAME=rosa ROLE=viewer [LOGIN=bi_pe]"


def dashboards(settings: Settings) -> int:
    """Start Superset with the programme's pages in it; print its address, and its administrator's password."""
    from include.dashboards import place
    from include.dashboards.start import start

    start(settings, say=console.print)
    print(f"Dashboards: {place.known_url(settings)}")
    print(f"user {place.ADMINISTRATOR}, password {place.administrator_password(settings)}")
    print(f"Everybody else signs in under a name of his own: {settings.command('dashboards-user')} NAME=... ROLE=...")
    print(f"They answer until {settings.command('down')}")
    return 0


def dashboards_user(settings: Settings) -> int:
    """Let NAME sign in to the dashboards as ROLE, reading as LOGIN; prints a new person's password, once."""
    from include.dashboards import logins, people, place
    from include.dashboards.start import start

    name, role = required("NAME", _EXAMPLE), required("ROLE", _EXAMPLE)
    people.check(name, role)
    start(settings, say=console.print)
    login = told("LOGIN") or logins.PROGRAMME
    password = people.let_in(settings, name, role, login, is_new_password=told("PASSWORD") == "new")
    console.print(f"{name} signs in at {place.known_url(settings)} as {role}, and reads as {login}.", markup=False)
    if password:
        console.print("The password is shown this once and kept nowhere:")
        print(password)
    else:
        again = settings.command("dashboards-user")
        console.print(f"The password stays; another one: {again} NAME={name} ROLE={role} LOGIN={login} PASSWORD=new")
    return 0
