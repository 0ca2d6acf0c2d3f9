"""Whether a night could load the office's registry as it lies there."""

from __future__ import annotations

from include.demonstration.place import is_demonstration
from include.operations.doctor.check import Check, listed
from include.platform.settings import Settings
from include.stage1_registry.checks import check
from include.stage1_registry.files import read_folder

NAME = "registry"


def look_at_registry(settings: Settings) -> Check:
    """Read and check the folder as the night does; nothing is loaded."""
    folder = str(settings.registry)
    rows, faults = read_folder(folder)
    faults = faults + (check(rows)[1] if rows else [])
    if faults:
        return Check(
            NAME,
            "fault",
            f"{folder} has {len(faults)} fault(s): {listed(map(str, faults), 3)}",
            "Correct them: with a broken registry no night takes anything.",
        )
    projects = len(rows.get("projects.csv", ()))
    if is_demonstration(settings):
        return Check(
            NAME,
            "warning",
            f"{folder} is the demonstration's, with {projects} made-up projects",
            "Set REGISTRY to the programme office's folder before real deliveries are taken.",
        )
    return Check(NAME, "ok", f"{folder}: {projects} projects, nothing wrong")


def registered_projects(settings: Settings) -> set[str]:
    """The project codes of the folder; none where it cannot be read."""
    rows, _ = read_folder(str(settings.registry))
    return {row.values["project_code"] for row in rows.get("projects.csv", ())}
