"""What lies in the inbox and is no project's file: listed for the operator, and nobody is blamed."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from include.platform.names import one_line
from include.platform.nights import warn
from include.platform.statements import beside
from include.platform.tables import projects
from include.stage2_landing.inbox import Listing, Stray

#: Strays that a night lists; a folder may hold any number.
LISTED = 10_000
_SHOWN = 5
_KINDS = {
    "root_file": "files beside the projects' folders",
    "nested_folder": "folders in a project's folder",
    "unknown_project": "folders of no project of the registry, whose files are taken all the same",
    "no_file": "links or devices",
}

_RECORD = beside(__file__)


def record_strays(connection: sa.Connection, night_id: str, found: Listing, place: str) -> None:
    """Enter tonight's strays in ``ops.inbox_stray`` and say in one line that there are any; ``place`` is the inbox."""
    known: set[str] = set(connection.scalars(sa.select(projects.c.project_code)))
    of_nobody = [Stray(folder, "unknown_project") for folder in sorted(found.folders - known)]
    strays = list({stray.path: stray for stray in [*of_nobody, *found.strays]}.values())
    listed = strays[:LISTED]
    if listed:
        paths, kinds = [stray.path for stray in listed], [stray.kind for stray in listed]
        connection.execute(_RECORD(), {"paths": paths, "kinds": kinds, "night_id": night_id})
    if found.is_too_high:
        warn(
            connection,
            night_id,
            "land_deliveries",
            "The folders of the inbox hold folders and not one file: INBOX seems to be one level too high. Set it to "
            "the folder whose folders are the projects'.",
            place,
        )
    if strays:
        counts = Counter(stray.kind for stray in strays)
        said = "; ".join(f"{counts[kind]} {words}" for kind, words in _KINDS.items() if counts[kind])
        shown = ", ".join(one_line(stray.path) for stray in strays[:_SHOWN]) + (", …" if len(strays) > _SHOWN else "")
        warn(
            connection,
            night_id,
            "land_deliveries",
            f"In the inbox lies what is no project's file: {said}. The table ops.inbox_stray lists them: move or "
            "rename them.",
            shown,
        )
