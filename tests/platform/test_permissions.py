"""Other users of the machine write nothing of ours and hold none of our locks."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from include.platform import permissions, processes
from include.platform.errors import PlatformError
from include.platform.settings import ensure_state
from tests.conftest import make_settings


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_process_without_a_umask_writes_for_its_owner(no_umask: None, tmp_path: Path) -> None:
    permissions.keep_to_owner()
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    subprocess.run([sys.executable, "-c", "open('child', 'w')"], cwd=tmp_path, check=True)
    for name in ("file", "folder", "child"):
        assert not (tmp_path / name).stat().st_mode & 0o022, name


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_state_is_passed_through_and_its_folders_are_closed(tmp_path: Path, umask: int) -> None:
    settings = make_settings(tmp_path / "state")
    before = os.umask(umask)
    ensure_state(settings)
    os.umask(before)
    assert settings.state.stat().st_mode & 0o777 == 0o711
    for folder in (settings.dbt, settings.reports, settings.feedback, settings.outbox, settings.locks, settings.logs):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_several_may_make_a_state_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as at_once:
        for number in range(100):
            makers = [at_once.submit(ensure_state, make_settings(tmp_path / str(number) / "state")) for _ in range(8)]
            assert [maker.result() for maker in makers] == [None] * 8


def test_what_was_open_is_closed(no_umask: None, tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    ensure_state(settings)
    (settings.dbt / "compiled").mkdir()
    (settings.dbt / "compiled" / "model.sql").touch()
    (settings.dbt / "link").symlink_to(tmp_path)
    tmp_path.chmod(0o777)
    assert permissions.tighten(settings) == 2
    assert (settings.dbt / "compiled" / "model.sql").stat().st_mode & 0o777 == 0o644
    assert tmp_path.stat().st_mode & 0o777 == 0o777  # beyond the link
    assert permissions.tighten(settings) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_cannot_hold_a_lock(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    for folder in (tmp_path, *tmp_path.parents[:2]):  # pytest's own, which are closed
        folder.chmod(0o755)
    ensure_state(settings)
    lock = settings.locks / "night"
    with processes.locked(lock):
        pass
    nobody = pwd.getpwnam("nobody")
    hold = f"fcntl.flock(open({str(lock)!r}), fcntl.LOCK_EX); print('held')"
    done = subprocess.run(
        [sys.executable, "-c", f"import fcntl, os; os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid}); {hold}"],
        capture_output=True,
        text=True,
    )
    assert "PermissionError" in done.stderr and "held" not in done.stdout
    assert lock.stat().st_mode & 0o777 == 0o600
    os.chown(settings.locks, nobody.pw_uid, -1)
    settings.locks.chmod(0o777)
    with pytest.raises(PlatformError, match="chmod 700"), processes.locked(lock):
        pass


def test_a_lock_is_held_by_one_and_never_followed(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / "night"
    with processes.locked(lock), pytest.raises(processes.LockIsHeld), processes.locked(lock, wait=False):
        pass
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlatformError, match="cannot be opened"), processes.locked(lock):
        pass
    assert not (tmp_path / "elsewhere").exists()
