"""Airflow's API of the tasks in the versions that tasks of this installation ask for, not in all it ever had.

At its first request the API makes every route anew for each of its versions, nine by now: 3 seconds of a processor that
every start waits for. Services and tasks are of one installation here, and ask for the newest. The newest alone cannot
be had: a route that only older ones have has to come back in one of them, for which ``KEPT`` are needed. The oldest one
that is left answers as it always did.
"""

from __future__ import annotations

from airflow.api_fastapi.execution_api import versions
from cadwyn import HeadVersion, Version, VersionBundle

#: The newest versions with what changed in them; the one before is the oldest that is left.
KEPT = 2


def leave_out_old_versions() -> None:
    """Have the app that this process makes know the newest versions alone."""
    known = versions.bundle.versions
    for version in known:
        for change in version.changes:
            change._bound_version_bundle = None  # a change belongs to one bundle, and this is another
    versions.bundle = VersionBundle(HeadVersion(), *known[:KEPT], Version(known[KEPT].value))
