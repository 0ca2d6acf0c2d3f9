"""Small sets of files kept by their content: what a night judged and counted by can be had again for ever.

A set lies in ``archive/<kind>/<sha256>/``, where the hash is that of the lines ``<sha256 of the file>  <name>``, sorted
by name: what ``sha256sum * | sha256sum`` says in that folder in the locale C.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import sqlalchemy as sa

from include.platform.settings import PROJECT_ROOT

#: Kinds of sets, each a folder of the archive; beside them lie those of the drop folders, with files alone.
REGISTRY, REFERENCE, RULES = KINDS = ("registry", "reference", "rules")

#: Characters of a SHA-256 in hexadecimal.
HASH_LENGTH = 64

_SEEDS = PROJECT_ROOT / "dbt_project" / "seeds"
_RULES = PROJECT_ROOT / "include" / "contract" / "data" / "rules.csv"


def hash_of(files: Mapping[str, bytes]) -> str:
    """The hash of a set: name -> bytes."""
    lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return hashlib.sha256(lines.encode()).hexdigest()


def keep(archive: Path, kind: str, files: Mapping[str, bytes]) -> str:
    """Keep a set of files, once per content; returns its hash. Raises OSError where the archive cannot be written.

    The folder appears under its name when it is whole.
    """
    digest = hash_of(files)
    target = archive / kind / digest
    if target.is_dir():
        return digest
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=target.parent, prefix=".arriving-"))
    try:
        for name, content in files.items():
            with (staged / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        staged.rename(target)
    except OSError:
        if not target.is_dir():  # else another night was first, with the same bytes
            raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return digest


def read(archive: Path, kind: str, digest: str) -> dict[str, bytes]:
    """The files of a set: name -> bytes. Raises ValueError where they are not what was kept, or are gone."""
    folder = archive / kind / digest
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*"))} if folder.is_dir() else {}
    if hash_of(files) != digest:
        raise ValueError(f"{folder} is not what was archived" if files else f"{folder} is gone")
    return files


def faults(archive: Path, named: Iterable[tuple[str, str]] = ()) -> list[str]:
    """What is wrong with the sets of the archive, and with those ``named`` by kind and hash; a sentence each."""
    there = {
        (kind, path.name)
        for kind in KINDS
        for path in (archive / kind).glob("[0-9a-f]*")
        if len(path.name) == HASH_LENGTH
    }
    found = []
    for kind, digest in sorted(there | set(named)):
        try:
            read(archive, kind, digest)
        except (OSError, ValueError) as error:
            found.append(str(error))
    return found


def loaded_registry(connection: sa.Connection) -> str | None:
    """The hash of the registry that stands in the warehouse, whichever night has loaded it."""
    query = sa.text("select obj_description(to_regnamespace('registry'), 'pg_namespace')")
    digest: str | None = connection.scalar(query)
    return digest


def reference_files() -> dict[str, bytes]:
    """Rates, price indices and code lists of this version; the office's own figures are among the registry's files."""
    return {path.name: path.read_bytes() for path in sorted(_SEEDS.glob("*.csv")) if path.name != _RULES.name}


def rules_file() -> dict[str, bytes]:
    """The rules of this version with their lives."""
    return {_RULES.name: _RULES.read_bytes()}
