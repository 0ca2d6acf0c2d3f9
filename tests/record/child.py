"""A night, or a past one made again, in a process of its own: ``python -m tests.record.child night|again NIGHT``."""

from __future__ import annotations

import sys

from include.nightly.in_process import run_night
from include.platform.settings import Settings
from include.reproduction.reproduce import reproduce


def main(what: str, night_id: str, *accepts: str) -> int:
    """1, and what differs on standard error, where a night made again is not as it was."""
    settings = Settings.from_environment()
    if what == "night":
        run_night(settings, night_id, accepts)
        return 0
    done = reproduce(settings, night_id=night_id)
    if done.is_equal:
        return 0
    sys.stderr.write("\n".join(line for one in done.comparisons for line in one.shown))
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
