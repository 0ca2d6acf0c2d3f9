"""What lies in the inbox, and what of it nobody will take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import sqlalchemy as sa

from include.contract.model import DELIVERED_SUFFIXES
from include.operations.doctor.check import Check, listed
from include.platform.causes import InboxUnreadable
from include.platform.settings import Settings
from include.stage2_landing.inbox import Inbox, Listing

NAME = "inbox"

#: A file still called unfinished after so long was forgotten.
FORGOTTEN = timedelta(days=1)


def look_at_inbox(settings: Settings, projects: set[str], engine: sa.Engine | None, deep: bool) -> Iterator[Check]:
    """Checks of the inbox; ``deep`` looks into the folders, ``engine`` knows whether there were any before.

    Nothing in the inbox is read or changed.
    """
    try:
        inbox = Inbox(settings.inbox)
        found = inbox.look(deep)
    except FileNotFoundError as error:
        if settings.inbox == str(settings.state / "inbox") and not settings.state.exists():
            said = f"nothing yet: {settings.inbox} is made by the first night"
            yield Check(NAME, "ok", said, "Set INBOX if it is elsewhere.")
        else:
            yield Check(NAME, "fault", str(error), "Mount it, or set INBOX to the partners' folder.")
        return
    except InboxUnreadable as error:
        yield Check(NAME, "fault", str(error), "See whether it can be reached, and by the account that runs the night.")
        return
    place = inbox.store.place
    before = _folders_before(engine) if engine else 0
    if not found.folders and before:
        yield Check(
            NAME,
            "fault",
            f"{place} has no folder; deliveries came from {before} before",
            "See whether it is mounted and INBOX is right: an empty inbox looks like a quiet night.",
        )
    elif not found.folders:
        yield Check(NAME, "warning", f"{place} has no folder", "Make one a project, named by its code.")
    else:
        counted = f", {len(found.files)} files" if deep else ""
        yield Check(NAME, "ok", f"{place}: {len(found.folders)} folders{counted}")
    yield from _strays(found, projects)


def _strays(found: Listing, projects: set[str]) -> Iterator[Check]:
    unknown = sorted(found.folders - projects) if projects else []
    if unknown and len(unknown) == len(found.folders):
        yield Check(
            NAME,
            "fault",
            f"no folder is a project of the registry: {listed(unknown)}",
            "See whether INBOX is one level too high or too low, or REGISTRY another programme's.",
        )
        unknown = []
    kinds: dict[str, list[str]] = {"root_file": [], "nested_folder": [], "no_file": []}
    for stray in sorted(found.strays, key=lambda stray: stray.path):
        kinds[stray.kind].append(stray.path)
    names = (f"{file.project_code}/{file.file_name}" for file in found.files)
    unreadable = sorted(name for name in names if PurePosixPath(name).suffix.lower() not in DELIVERED_SUFFIXES)
    now = datetime.now(UTC)
    forgotten = sorted(path for path, since in found.unfinished.items() if now - since > FORGOTTEN)
    for paths, what, step in (
        (unknown, "folders that are no project", "Rename them, or add the projects to the registry (F04 until then)."),
        (kinds["root_file"], "files at the root", "Nobody takes them: move them into their projects' folders."),
        (kinds["nested_folder"], "folders in a project's folder", "Nobody looks into them: move their files one up."),
        (unreadable, "files that are no .xlsx or .zip", "They are returned (F01): ask for the workbook."),
        (forgotten, "files called unfinished for a day", "Nobody takes them: ask the partner to rename them."),
        (kinds["no_file"], "links or other things that are no files", "Nobody takes them: put the files there."),
    ):
        if paths:
            yield Check(NAME, "warning", f"{len(paths)} {what}: {listed(paths)}", step)
    if found.faults:
        step = "Give the account that runs the night the right to read them."
        named = [f"{fault.path} ({fault.why})" for fault in found.faults]
        yield Check(NAME, "fault", f"{len(named)} folders or files cannot be looked at: {listed(named)}", step)


def _folders_before(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        query = "select count(distinct split_part(inbox_path, '/', 1)) from ops.inbox_file"
        return int(connection.execute(sa.text(query)).scalar_one())
