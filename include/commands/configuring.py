"""The command that writes the settings' file."""

from __future__ import annotations

import os

from include.commands.told import console
from include.platform import configuration
from include.platform.secrets import write_private
from include.platform.settings import PROJECT_ROOT, Settings


def configure() -> int:
    """Write warehouse.toml with what it is told (make configure STATE=... INBOX=...); what it says already stays."""
    Settings.from_environment({**os.environ, configuration.FILE_VARIABLE: os.devnull})  # refuses what cannot be meant
    path, _ = configuration.file_of(os.environ, PROJECT_ROOT)
    given = {
        name: _absolute(key, value)
        for name, key in configuration.BY_NAME.items()
        if (value := os.environ.get(name, "").strip())
    }
    text, added = configuration.written(path, given)
    kept = sorted(given.keys() - set(added))
    write_private(path, text)
    console.print(f"{path}: {', '.join(added) or 'nothing'} added.", soft_wrap=True, markup=False)
    if kept:
        console.print(f"Unchanged, because it was there: {', '.join(kept)}. Edit the file to change it.", markup=False)
    return 0


def _absolute(key: configuration.Key, value: str) -> str:
    """A path as it is from everywhere: an argument's starts at the working directory, not at the file."""
    is_path = key.kind == "path" and "://" not in value
    return os.path.abspath(os.path.expanduser(value)) if is_path else value  # noqa: PTH111 - as Settings does
