"""Which software made a figure: the version of the project and a hash of its sources."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache

from include.platform.settings import PROJECT_ROOT

#: What figures follow from. Rules, code lists and rates are kept by themselves (``content``).
_SOURCES = {"include": (".py", ".sql", ".csv"), "expectations": (".py",), "dbt_project": (".sql", ".yml")}
_NOT = {PROJECT_ROOT / "include" / "contract" / "data" / "rules.csv"}


@cache
def code_version() -> str:
    """For example ``0.3.0+4f1c9a70be21``; read once per process."""
    digest = hashlib.sha256()
    for folder, suffixes in _SOURCES.items():
        for path in sorted((PROJECT_ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path not in _NOT:
                digest.update(
                    f"{path.relative_to(PROJECT_ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
                )
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return f"{project['version']}+{digest.hexdigest()[:12]}"
