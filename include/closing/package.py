"""A release as one file: ``STATE/archive/releases/<period>/<number>.zip``, which says all that is needed to check it.

``release.txt`` is what was signed, ``release.sig`` the signature (64 bytes), ``public_key.pem`` the key;
``figures.tsv`` and ``evidence.tsv`` are the tables that the release's hashes are of.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.closing import canonical, signing

FOLDER = "releases"
TEXT, SIGNATURE, KEY, FIGURES, EVIDENCE = NAMES = (
    "release.txt",
    "release.sig",
    "public_key.pem",
    "figures.tsv",
    "evidence.tsv",
)
#: Bytes that a part of a package may have: what is larger is none of ours.
MOST_BYTES = 2_000_000_000
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MOMENT = (2020, 1, 1, 0, 0, 0)  # of every part: the same release is the same bytes


@dataclass(frozen=True)
class Package:
    """The parts of a release's file, unchecked."""

    text: bytes
    signature: bytes
    key: bytes
    figures: bytes
    evidence: bytes

    @classmethod
    def read(cls, path: Path) -> Package:
        """The parts of a file. Raises ValueError where it is no package, OSError where it cannot be read."""
        try:
            with zipfile.ZipFile(path) as file:
                entries = file.infolist()
                if sum(entry.file_size for entry in entries) > MOST_BYTES:
                    raise ValueError("it is larger than a release can be")
                if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
                    raise ValueError("it is compressed otherwise")
                return cls(*(file.read(name) for name in NAMES))
        except (zipfile.BadZipFile, KeyError, RuntimeError, EOFError, ValueError, zlib.error) as error:
            raise ValueError(f"{path} is no exported release, or was damaged ({error})") from None

    def content(self) -> bytes:
        """The file's content."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
            parts = (self.text, self.signature, self.key, self.figures, self.evidence)
            for name, part in zip(NAMES, parts, strict=True):
                entry = zipfile.ZipInfo(name, _MOMENT)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                file.writestr(entry, part)
        return target.getvalue()

    def faults(self) -> list[str]:
        """What does not agree within the file, one sentence each."""
        found = []
        try:
            release = self.release()
        except ValueError as error:
            return [f"{TEXT}: {error}"]
        for name, part in (("figures", self.figures), ("evidence", self.evidence)):
            if canonical.sha256(part) != release[f"{name}_sha256"]:
                found.append(f"{name}.tsv is not what was signed: its hash is {canonical.sha256(part)}")
        try:
            if not signing.is_signed(self.text, self.signature, signing.of_pem(self.key)):
                found.append(f"{TEXT} is not what was signed: the signature does not fit it")
        except ValueError as error:
            found.append(f"{KEY}: {error}")
        return found

    def release(self) -> dict[str, Any]:
        """The columns of ``marts.release`` but the signature. Raises ValueError."""
        return canonical.parse_release(self.text)


def path_of(archive: Path, release: str) -> Path:
    """Where the archive keeps a release such as ``2025-S2/1``."""
    period, _, number = release.partition("/")
    return archive / FOLDER / period / f"{number}.zip"


def stage(archive: Path, release: str, content: bytes) -> Path:
    """Write a release's file beside its place; ``keep`` gives it its name once the database has the release."""
    path = path_of(archive, release)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = _staged(path)
    staged.unlink(missing_ok=True)
    staged.touch(mode=0o600)
    with staged.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return staged


def keep(archive: Path, release: str) -> Path:
    """Give a staged file its name. What has its name already is never written over."""
    path = path_of(archive, release)
    if not path.exists() and _staged(path).exists():
        os.replace(_staged(path), path)
    return path


def kept(archive: Path) -> list[Path]:
    """Every release's file in the archive, in order."""
    files = (path for path in (archive / FOLDER).glob("*/*.zip") if path.stem.isdecimal())
    return sorted(files, key=lambda path: (path.parent.name, int(path.stem)))


def by_name(archive: Path) -> dict[str, Path]:
    """Release -> its file in the archive; a name that somebody types is looked up here, and leads nowhere else."""
    return {f"{path.parent.name}/{path.stem}": path for path in kept(archive)}


def _staged(path: Path) -> Path:
    return path.with_name(f".arriving-{path.name}")
