"""Resolve requirements/*.in into the lock files beside them, for every platform, with hashes.

    python requirements/lock.py              keeps the versions that still fit
    python requirements/lock.py --upgrade    takes the newest that requirements/*.in allow

A lock file says what is installed and never where from: an address in it would be another machine's, or a secret. All
are resolved before the first is replaced.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from set_up import BOOTSTRAP, uv_environment  # noqa: E402

#: Places that hold some of a version's files: a lock made from them would lack the hashes of other platforms.
PARTIAL = ("UV_INDEX", "UV_FIND_LINKS")

OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")
SILENT = ("--quiet", "--no-emit-index-url", "--no-emit-find-links", "--no-config")
#: Lock file -> the last day whose uploads it may hold, for what breaks with libraries that came after it.
UNTIL = {"superset.txt": "2026-05-31"}
#: What would tell where a library came from.
ADDRESSES = ("://", " @ ", "--index", "--extra-index", "--find-links", "--trusted-host", "file:")


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        locks = [_resolve(source, Path(name), arguments) for source in sorted(HERE.glob("*.in"))]
        for lock in locks:
            if found := addresses(lock.read_text()):
                raise SystemExit(f"{lock.name} would tell where from: {found[0]}")
        for lock in locks:
            staged = HERE / f".{lock.name}"
            shutil.copyfile(lock, staged)
            os.replace(staged, HERE / lock.name)


def addresses(text: str) -> list[str]:
    """The lines of a lock file that tell where from."""
    return [line for line in text.splitlines() if any(sign in line for sign in ADDRESSES)]


def _resolve(source: Path, folder: Path, arguments: list[str]) -> Path:
    lock = folder / source.with_suffix(".txt").name
    before = HERE / lock.name
    if before.exists():
        shutil.copyfile(before, lock)  # uv keeps the versions it finds there, unless told to upgrade
    uv, wanted = str(BOOTSTRAP / "bin" / "uv"), str(source.relative_to(ROOT))
    until = ["--exclude-newer", UNTIL[lock.name]] if lock.name in UNTIL else []
    command = [uv, "pip", "compile", *SILENT, *OPTIONS, *until, *arguments, wanted]
    environment = {name: value for name, value in uv_environment().items() if name not in PARTIAL}
    subprocess.run([*command, "--output-file", str(lock)], cwd=ROOT, env=environment, check=True)
    return lock


if __name__ == "__main__":
    main(sys.argv[1:])
