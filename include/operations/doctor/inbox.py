"""What lies in the inbox, and what of it nobody will take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa

from include.operations.doctor.check import Check, listed
from include.platform.settings import Settings
from include.stage2_landing.inbox import UNFINISHED_PREFIXES, UNFINISHED_SUFFIXES, Inbox

NAME = "inbox"

#: Endings of files that can be read; others are returned with F01.
READABLE = (".xlsx", ".zip")
#: A file still called unfinished after so long was forgotten.
FORGOTTEN = timedelta(days=1)


@dataclass
class Contents:
    """The inbox by what a night makes of it; paths are below the inbox."""

    folders: list[str] = field(default_factory=list)
    files: int = 0
    at_the_root: list[str] = field(default_factory=list)
    sub_folders: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)  #: endings that are returned with F01
    forgotten: list[str] = field(default_factory=list)  #: called unfinished for more than a day
    not_files: list[str] = field(default_factory=list)  #: links, pipes and the like
    faults: list[str] = field(default_factory=list)  #: folders that cannot be listed, with the reason


def look_at_inbox(settings: Settings, projects: set[str], engine: sa.Engine | None, deep: bool) -> Iterator[Check]:
    """Checks of the inbox; ``deep`` looks into the folders, ``engine`` knows whether there were any before.

    Nothing in the inbox is read or changed.
    """
    place = re.sub("//[^/@]*@", "//", settings.inbox)  # a URL may hold a password
    inbox = Inbox(settings.inbox)
    inbox.filesystem.invalidate_cache()
    if not inbox.filesystem.isdir(inbox.root):
        if settings.inbox == str(settings.state / "inbox") and not settings.state.exists():
            yield Check(NAME, "ok", f"nothing yet: {place} is made by the first night", "Set INBOX if it is elsewhere.")
        else:
            yield Check(NAME, "fault", f"{place} is not there", "Mount it, or set INBOX to the partners' folder.")
        return
    contents = _contents(inbox, deep)
    before = _folders_before(engine) if engine else 0
    if not contents.folders and before:
        yield Check(
            NAME,
            "fault",
            f"{place} has no folder; deliveries came from {before} before",
            "See whether it is mounted and INBOX is right: an empty inbox looks like a quiet night.",
        )
    elif not contents.folders:
        yield Check(NAME, "warning", f"{place} has no folder", "Make one a project, named by its code.")
    else:
        counted = f", {contents.files} files" if deep else ""
        yield Check(NAME, "ok", f"{place}: {len(contents.folders)} folders{counted}")
    yield from _strays(contents, projects)


def _strays(contents: Contents, projects: set[str]) -> Iterator[Check]:
    unknown = [name for name in contents.folders if name not in projects] if projects else []
    if unknown and len(unknown) == len(contents.folders):
        yield Check(
            NAME,
            "fault",
            f"no folder is a project of the registry: {listed(unknown)}",
            "See whether INBOX is one level too high or too low, or REGISTRY another programme's.",
        )
        unknown = []
    for names, what, step in (
        (unknown, "folders that are no project", "Rename them, or add the projects to the registry (F04 until then)."),
        (contents.at_the_root, "files at the root", "Nobody takes them: move them into their projects' folders."),
        (contents.sub_folders, "folders in a project's folder", "Nobody looks into them: move their files one up."),
        (contents.unreadable, "files that are no .xlsx or .zip", "They are returned (F01): ask for the workbook."),
        (contents.forgotten, "files called unfinished for a day", "Nobody takes them: ask the partner to rename them."),
        (contents.not_files, "links or other things that are no files", "Nobody takes them: put the files there."),
    ):
        if names:
            yield Check(NAME, "warning", f"{len(names)} {what}: {listed(names)}", step)
    if contents.faults:
        step = "Give the account that runs the night the right to read them."
        yield Check(NAME, "fault", f"{len(contents.faults)} folders cannot be listed: {listed(contents.faults)}", step)


def _contents(inbox: Inbox, deep: bool) -> Contents:
    found = Contents()
    for entry in _listed(inbox, inbox.root):
        name = _name(entry)
        if name.startswith(UNFINISHED_PREFIXES):
            continue
        if entry["type"] != "directory":
            found.at_the_root.append(name)
            continue
        found.folders.append(name)
        if deep:
            try:
                for below in _listed(inbox, entry["name"]):
                    _sort(inbox, below, f"{name}/{_name(below)}", found)
            except OSError as error:
                found.faults.append(f"{name} ({error.strerror or type(error).__name__})")
    return found


def _listed(inbox: Inbox, path: str) -> list[dict[str, Any]]:
    return sorted(inbox.filesystem.ls(path, detail=True), key=_name)


def _sort(inbox: Inbox, entry: dict[str, Any], path: str, found: Contents) -> None:
    name = _name(entry)
    if entry["type"] == "directory":
        found.sub_folders.append(path)
    elif entry["type"] != "file" or entry.get("islink"):
        found.not_files.append(path)
    elif name.startswith(UNFINISHED_PREFIXES):
        pass  # the store's and Office's own: nobody expects them to be taken
    elif name.lower().endswith(UNFINISHED_SUFFIXES):
        modified = inbox.filesystem.modified(entry["name"])
        age = datetime.now(UTC) - (modified if modified.tzinfo else modified.replace(tzinfo=UTC))
        if age > FORGOTTEN:
            found.forgotten.append(path)
    elif PurePosixPath(name).suffix.lower() not in READABLE:
        found.unreadable.append(path)
        found.files += 1
    else:
        found.files += 1


def _folders_before(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        query = "select count(distinct split_part(inbox_path, '/', 1)) from ops.inbox_file"
        return int(connection.execute(sa.text(query)).scalar_one())


def _name(entry: dict[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rsplit("/", 1)[-1]
