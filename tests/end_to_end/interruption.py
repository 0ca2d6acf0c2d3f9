"""A command that is interrupted at its terminal, and what it leaves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from include.platform.settings import PROJECT_ROOT
from tests.end_to_end.project import Project


@dataclass
class Interrupted:
    """How a command ended that got two Ctrl-C, and what it left."""

    said: str
    status: int
    processes: list[str]
    at_work: int
    nights: list[tuple]


def interrupted(project: Project, target: str, moment: str) -> Interrupted:
    """Run the target in a group of its own, as a terminal does, and press Ctrl-C twice once it says what ``moment`` is
    a regular expression of."""
    command, environment = project.command(target)
    running = subprocess.Popen(
        command, cwd=PROJECT_ROOT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stderr is not None
    said = []
    for line in running.stderr:
        said.append(line)
        if re.search(moment, line):
            os.killpg(running.pid, signal.SIGINT)
            time.sleep(0.5)
            os.killpg(running.pid, signal.SIGINT)
            moment = "(?!)"  # no line has it
    status = running.wait()
    left = [
        pid for pid in running_below(project.state) if "postgres" not in (Path("/proc") / pid / "cmdline").read_text()
    ]
    ((at_work,),) = project.rows("""
        select count(*) from pg_stat_activity
        where usename in ('loader', 'transformer') and state <> 'idle' and pid <> pg_backend_pid()
    """)
    nights = project.rows("select status, reason, finished_at is not null from ops.night")
    return Interrupted("".join(said), status, left, at_work, nights)


def running_below(state: Path) -> list[str]:
    """Processes that name ``state`` in their command line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(state).encode() in text and process.name != str(os.getpid()):
            found.append(process.name)
    return found
