"""Processes that end while one looks."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil

from include.platform import processes


def test_what_has_ended_meanwhile_is_no_head() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ours = [psutil.Process(os.getpid()), psutil.Process(child.pid)]
    assert processes.heads(ours) == ours[:1]
    assert processes.heads(ours[1:]) == ours[1:]
    child.communicate(b"\n")
    assert processes.heads(ours) == ours[:1] and processes.heads(ours[1:]) == []
