"""The systemd unit: every command in it is there, and systemd understands it."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from include.__main__ import COMMANDS
from include.platform.settings import PROJECT_ROOT

UNIT = PROJECT_ROOT / "docs" / "systemd" / "alinvest-warehouse.service"
#: Where the unit supposes the project, and its user.
SUPPOSED = "/opt/alinvest-verde"


def _here() -> str:
    """The unit as it would be installed for this clone."""
    text = UNIT.read_text(encoding="utf-8")
    assert SUPPOSED in text and "User=warehouse" in text
    return text.replace(SUPPOSED, str(PROJECT_ROOT)).replace("User=warehouse", "User=root")


def test_every_command_exists() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(_here())
    service = parser["Service"]
    program, *arguments = service["ExecStart"].split()
    assert Path(program).exists() and arguments == ["-m", "include", "serve"] and "serve" in COMMANDS
    make, target = service["ExecStartPre"].split()
    assert shutil.which("make", path=str(Path(make).parent)) or shutil.which("make")
    assert f"{target} " in (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8").replace(":=", "").replace("\n", " ")
    assert Path(service["WorkingDirectory"]) == PROJECT_ROOT
    assert service["Environment"] == f"PYTHONPATH={PROJECT_ROOT}"
    assert (PROJECT_ROOT / "docs" / "operations.md").exists() and service["RestartPreventExitStatus"] == "2"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_understands_it(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(_here(), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0 and UNIT.name not in done.stderr, done.stderr
