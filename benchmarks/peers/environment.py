"""Programs of ``.venv/benchmarks``, whose packages the pipeline does without."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from include.platform.settings import PROJECT_ROOT

INTERPRETER = PROJECT_ROOT / ".venv" / "benchmarks" / "bin" / "python"
HERE = PROJECT_ROOT / "benchmarks"


def is_set_up() -> bool:
    """Whether ``make bench`` has made the environment."""
    return INTERPRETER.with_name("python").exists() and (INTERPRETER.parents[1] / "ready").exists()


def run(script: str, arguments: Sequence[str], files: Sequence[Path]) -> dict[str, float]:
    """What a script of this package prints of itself, given files on standard input."""
    found: dict[str, float] = told(script, arguments, "\n".join(map(str, files)))
    return found


def told(script: str, arguments: Sequence[str], given: str) -> dict[str, Any]:
    """The same of a script that is given some other text."""
    done = subprocess.run(
        [str(INTERPRETER), str(HERE / script), *arguments], input=given, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"{script} failed:\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def versions() -> dict[str, str]:
    """Distribution -> version, of those that are measured."""
    names = ("fastexcel", "dlt", "pandas", "openpyxl", "duckdb", "sqlglot")
    code = f"import importlib.metadata as m, json; print(json.dumps({{n: m.version(n) for n in {names!r}}}))"
    done = subprocess.run([str(INTERPRETER), "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found
