"""A copy of this software that judges by the rules and counts by the reference figures of another night.

Rules and code lists are read from files of the project wherever they are needed, so that a process which runs in such a
copy knows no others.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from include.contract.model import ALWAYS_ENFORCED, SHADOW
from include.platform import content
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT

_PARTS = ("include", "expectations", "dbt_project")
_SEEDS = Path("dbt_project", "seeds")
_RULES = Path("include", "contract", "data", "rules.csv")
_NOT = shutil.ignore_patterns("__pycache__", "target", "logs", "dbt_packages")
#: Lines of a child's last words that are shown.
_LAST_WORDS = 15
#: Seconds a child has to end in order.
_PATIENCE = 10


@dataclass(frozen=True)
class ProjectCopy:
    """A copy of the project below ``folder``; ``said`` tells in what it is not that night's."""

    folder: Path
    said: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path, archive: Path, reference_sha256: str, rules_sha256: str) -> ProjectCopy:
        """Copy the project and put the kept files in the place of its own. Raises PlatformError where they are gone."""
        try:
            seeds = content.read(archive, content.REFERENCE, reference_sha256)
            rules = content.read(archive, content.RULES, rules_sha256)
        except ValueError as error:
            raise PlatformError(f"{error}: bring it back from a backup.") from None
        for part in _PARTS:
            shutil.copytree(PROJECT_ROOT / part, folder / part, symlinks=True, ignore=_NOT)
        shutil.copy2(PROJECT_ROOT / "pyproject.toml", folder)
        written, unknown = with_todays(rules[_RULES.name])
        for path, each in ((_RULES, written), *((_SEEDS / name, each) for name, each in seeds.items())):
            (folder / path).write_bytes(each)
        others = sorted(content.reference_files().keys() - seeds.keys())
        said = [f"Code lists that night did not have are today's: {', '.join(others)}."] if others else []
        said += [f"Rules that night did not have are in shadow: {', '.join(unknown)}."] if unknown else []
        return cls(folder, tuple(said))

    def run(self, module: str, arguments: list[str], environment: Mapping[str, str]) -> None:
        """Run a module of the copy in a process of its own. Raises PlatformError with its last words where it fails.

        However this ends, the process and whatever it has started have ended.
        """
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env={**os.environ, **environment, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is the parent's business
        )
        try:
            said = process.communicate()[1]
        finally:
            _end(process)
        if process.returncode:
            words = "\n".join(said.strip().splitlines()[-_LAST_WORDS:])
            raise PlatformError(f"Today's software could not make that night again: {words}")


def with_todays(kept: bytes) -> tuple[bytes, list[str]]:
    """Rules of a night as today's software reads them, and those it did not have, which change nothing in shadow.

    Where today's file has other columns, they say of a rule what they say today. Rules that cannot be in shadow stay
    enforced.
    """
    of_then, of_today = (
        csv.DictReader(io.StringIO(file.decode())) for file in (kept, content.rules_file()[_RULES.name])
    )
    then, today = ({row["rule"]: row for row in rows} for rows in (of_then, of_today))
    columns = list(of_today.fieldnames or ())
    unknown = sorted(today.keys() - then.keys())
    if not unknown and of_then.fieldnames == columns:
        return kept, []
    rows = [
        {**today.get(rule, {}), **{name: row[name] for name in columns if name in row}} for rule, row in then.items()
    ]
    rows += [{**today[rule], "life": today[rule]["life"] if rule[0] in ALWAYS_ENFORCED else SHADOW} for rule in unknown]
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(), unknown


def _end(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
