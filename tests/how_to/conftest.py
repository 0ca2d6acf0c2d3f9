"""A copy of the project in which every page is followed, one after the other."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from include.demonstration import write_programme
from include.platform import postgres
from include.platform.settings import PROJECT_ROOT
from tests.conftest import make_settings
from tests.how_to.page import NotFollowed, apply, commands, steps
from tests.landing.sftp_server import PASSWORD, USER, sftp_server

#: Written once, when all pages were followed: what is generated follows from everything at once.
ONCE = "make generated"


@dataclass
class Copy:
    """The project's files in a folder of their own, with its environment, and a small programme to work on."""

    root: Path
    environment: dict[str, str]
    followed: set[str] = field(default_factory=set)

    @property
    def state(self) -> Path:
        return self.root / ".state"

    @property
    def roots(self) -> dict[str, Path]:
        return {name: Path(self.environment[name]) for name in ("INBOX", "REGISTRY")}

    def run(self, command: str) -> str:
        """Run a command as a shell would in the copy; what it prints. Raises NotFollowed where it fails."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=300
        )
        if done.returncode:
            raise NotFollowed(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def follow(self, page: Path) -> None:
        """Make a page's edits and run its commands, in their order; only once."""
        if page.name in self.followed:
            return
        self.followed.add(page.name)
        shutil.rmtree(self.state / "templates", ignore_errors=True)  # each page begins as for a newcomer
        for step in steps(page):
            if step.kind == "diff":
                apply(step.text, self.root, self.roots)
            for command in commands(step) if step.kind == "sh" and not step.is_after_a_night else ():
                if command != ONCE:
                    self.run(command)


def _copy(root: Path) -> None:
    """The files that git knows or would add, and the environment they run in."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=PROJECT_ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if name.startswith("tests/fixtures/") or not (PROJECT_ROOT / name).is_file():
            continue
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT_ROOT / name, root / name, follow_symlinks=False)  # seeds lead to the contract
    (root / ".venv").symlink_to(PROJECT_ROOT / ".venv")


@pytest.fixture(scope="module")
def copy() -> Iterator[Copy]:
    """The project as a newcomer has it, an office's registry beside it, and partners' files on an SFTP server.

    Not in pytest's folder: where root tests, the database's own user has to reach the binaries through the copy.
    """
    with tempfile.TemporaryDirectory(prefix="how_to_") as folder:
        Path(folder).chmod(0o755)
        yield from _followed_in(Path(folder) / "warehouse")


def _followed_in(root: Path) -> Iterator[Copy]:
    _copy(root)
    partners = root.parent / "partners"
    write_programme(partners / "inbox", root / ".state" / "registry", "small")
    (root / ".state" / "inbox").mkdir()
    hidden = ("STATE", "LANGUAGE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"INBOX": str(root / ".state" / "inbox"), "REGISTRY": str(root / ".state" / "registry")}
    environment |= {"FSSPEC_SFTP_USERNAME": USER, "FSSPEC_SFTP_PASSWORD": PASSWORD}
    with sftp_server(partners) as server:
        made = Copy(root, environment | {"SOURCE": server.url("inbox")})
        try:
            yield made
        finally:
            postgres.stop(make_settings(made.state))
