"""What the make targets call: ``python -m include COMMAND``.

What goes wrong outside the code ends with one line that says what to do, on standard error, and status 1; status 2
where the command cannot mean what it was told, and nothing was changed. Ctrl-C ends a command in order, with 130.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from include.commands import (
    closing,
    configuring,
    dashboards,
    keeping,
    mailing,
    nights,
    partners,
    people,
    readers,
    reproducing,
)
from include.platform import interruption, permissions
from include.platform.exit_status import status_of
from include.platform.settings import Settings

#: Every command; its name is the function's, and its help the docstring.
COMMANDS: dict[str, Callable[[Settings], int]] = {
    command.__name__.replace("_", "-"): command
    for command in (
        nights.prepare,
        nights.nightly,
        nights.doctor,
        nights.up,
        nights.serve,
        nights.down,
        nights.demo,
        readers.url,
        readers.grant_country,
        readers.revoke_country,
        readers.explain,
        reproducing.reproduce,
        people.user,
        dashboards.dashboards,
        dashboards.dashboards_user,
        closing.close,
        closing.verify_release,
        closing.export_release,
        partners.template,
        partners.verify_receipt,
        partners.rule_impact,
        mailing.mail_dry_run,
        mailing.mail_send,
        mailing.confirm_contact,
        mailing.send_pages,
        keeping.backup,
        keeping.restore,
        keeping.rebuild,
        keeping.forget,
        keeping.migration,
    )
}
#: Commands that look at, end or bring back a warehouse in whatever state it is.
_WHATEVER_STATE = frozenset({"down", "doctor", "restore"})


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m include", description=__doc__)
    subcommands = parser.add_subparsers(dest="command", required=True)
    for name, described in {"configure": configuring.configure, **COMMANDS}.items():
        subcommands.add_parser(name, help=described.__doc__)
    name = parser.parse_args(arguments).command
    permissions.keep_to_owner()
    return status_of(lambda: _run(name))


def _run(name: str) -> int:
    if name == "configure":  # before there are settings to read
        return configuring.configure()
    settings = Settings.from_environment()
    if name not in _WHATEVER_STATE:
        keeping.finish_erasure(settings)
    return COMMANDS[name](settings)


if __name__ == "__main__":
    interruption.listen()
    sys.exit(main())
