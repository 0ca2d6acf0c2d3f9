"""What other users of the machine may do with what the pipeline writes: nothing may be written by them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from include.platform.settings import Settings

#: Writing by the group and by others.
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def keep_to_owner() -> None:
    """From now on this process, and those it starts, make files that only their owner can write.

    Whatever umask it was started with: services of an Airflow of somebody else may have none at all.
    """
    os.umask(os.umask(OTHERS_WRITE) | OTHERS_WRITE)


def tighten(settings: Settings) -> int:
    """Take write permissions of others away from what is below ``STATE``; returns how many files and folders had them.

    For what was written before the pipeline saw to it, or by hand. The embedded server keeps its own folder closed.
    Links are not followed, and what belongs to somebody else stays as it is.
    """
    done = 0
    for folder, folders, files in os.walk(settings.state):
        if Path(folder) == settings.state and settings.postgres.name in folders:
            folders.remove(settings.postgres.name)
        done += sum(_tighten(path) for path in (Path(folder), *(Path(folder) / name for name in files)))
    return done


def _tighten(path: Path) -> bool:
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) or not status.st_mode & OTHERS_WRITE:
            return False
        path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS_WRITE)
    except OSError:  # gone meanwhile, or of another user
        return False
    return True
