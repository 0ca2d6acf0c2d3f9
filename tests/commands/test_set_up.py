"""Setting up, interrupted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from include.platform.settings import PROJECT_ROOT


def test_ctrl_c_ends_it_with_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(PROJECT_ROOT / "requirements", tmp_path / "requirements")
    command = [sys.executable, str(tmp_path / "requirements" / "set_up.py")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as setting_up:
        assert setting_up.stderr.readline().startswith("1/3")
        os.killpg(setting_up.pid, signal.SIGINT)  # as a terminal does
        said = setting_up.stderr.read()
    assert setting_up.returncode == 130
    assert said.endswith("Interrupted: the same command goes on from there.\n") and "set_up.py" not in said
    assert not (tmp_path / ".venv" / "ready").exists()
