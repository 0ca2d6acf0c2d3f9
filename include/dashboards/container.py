"""What a container of the dashboards runs: ``python -m include.dashboards.container COMMAND``.

``init`` brings Superset's database, roles, administrator and pages to this version and ends; ``serve`` becomes the
server; ``health`` is for health checks. ``user`` lets somebody in, as ``make dashboards-user`` does; it and ``init``
alone have the administrator's password of the database.
"""

from __future__ import annotations

import os
import sys

from include.dashboards import people, process, start
from include.platform import interruption, permissions
from include.platform.exit_status import status_of
from include.platform.settings import Settings, ensure_state


def user(settings: Settings) -> int:
    """NAME, ROLE, LOGIN and PASSWORD=new come from the environment; a new password is printed, once."""
    name, role, login = (os.environ.get(one, "") for one in ("NAME", "ROLE", "LOGIN"))
    is_new = os.environ.get("PASSWORD") == "new"
    password = people.let_in(settings, name, role, login or None, is_new_password=is_new)
    print(password or "The password stays.")
    return 0


def main(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    (command,) = arguments
    return status_of(lambda: _run(command))


def _run(command: str) -> int:
    permissions.keep_to_owner()
    settings = Settings.from_environment()
    ensure_state(settings)
    if command == "health":
        return 0 if process.answers(settings) else 1
    if command == "init":
        interruption.listen()
        start.prepare(settings, say=lambda text: print(text, flush=True))
        return 0
    if command == "user":
        return user(settings)
    if command == "serve":
        line, told = process.command_line(settings, settings.dashboards_port or 0), process.environment(settings)
        os.execvpe(line[0], line, told)  # signals of the engine then reach the server itself
    print(f"There is no command {command!r}: init, serve, user or health.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
