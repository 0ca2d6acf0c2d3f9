"""Commands that make figures of the past again."""

from __future__ import annotations

from include.commands.told import console, told, told_day
from include.platform.errors import UsageError
from include.platform.settings import Settings


def reproduce(settings: Settings) -> int:
    """Make the figures of RELEASE, or of the day AT, again from the archive and compare them with those kept."""
    from include.reproduction.reproduce import reproduce as make

    release, day = told("RELEASE"), told_day("AT")
    if (release is None) == (day is None):
        raise UsageError("Say which figures: make reproduce RELEASE=2025-S2/1, or make reproduce AT=2025-03-01.")
    done = make(settings, release=release, day=day, say=console.print)
    for one in done.comparisons:
        if one.is_equal:
            print(f"{one.mart}: {one.rows} rows, each cell equal")
            continue
        print(f"{one.mart}: {one.differing} rows differ, of {one.rows} that were kept")
        for line in one.shown:
            print(f"  {line}")
        if one.differing > len(one.shown):
            print("  …")
    for line in done.said:
        print(line)
    what = f"{release}, " if release else ""
    verdict = "EQUAL" if done.is_equal else "NOT EQUAL"
    print(f"{verdict}: {what}the night {done.night.night_id} of {done.night.as_of}, from {done.deliveries} deliveries.")
    return 0 if done.is_equal else 1
