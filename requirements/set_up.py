"""Make the virtual environment .venv from the lock files; needs nothing but Python's standard library.

    python requirements/set_up.py
    python requirements/set_up.py containers    with Celery, in a container image
    python requirements/set_up.py lineage       with what sends OpenLineage events
    python requirements/set_up.py benchmarks    .venv/benchmarks: the tools of other makers that make bench runs beside
    python requirements/set_up.py superset      .venv/superset: Apache Superset, which shows the marts
    python requirements/set_up.py clients       .venv/clients: tools of analysts that make clients reads the marts with
    python requirements/set_up.py audit         .venv/audit: what asks for known vulnerabilities

Does nothing where the environment already holds what the lock files say. Messages go to standard error, since some
make targets print one line that other programs read.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".venv"
INTERPRETER = ENVIRONMENT / "bin" / "python"
BOOTSTRAP = ENVIRONMENT / "bootstrap"
STAMP = ENVIRONMENT / "ready"
LOCKS = (HERE / "bootstrap.txt", HERE / "environment.txt")
#: What may stand in the pipeline's environment too, each with a lock file of its name.
ADDED = ("containers", "lineage")
#: Environments beside the pipeline's own, likewise, and the make target of each.
BESIDE = {"benchmarks": "bench", "superset": "dashboards", "clients": "clients", "audit": "audit"}

SIGN_OF_LIFE_SECONDS = 20

#: How pip is configured on this machine -> the variable that tells uv the same.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}

#: Compiled at once, as pip does: where Python may not keep what it compiles, every start of a process would do it anew.
INSTALLING = {"UV_NO_CONFIG": "1", "UV_COMPILE_BYTECODE": "1"}


def main(arguments: list[str]) -> int:
    folder = os.open(HERE, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # another make may be at it; released when this process ends
    if arguments and arguments[0] in BESIDE:
        return _set_up_beside(arguments[0])
    return _set_up((*LOCKS, *(HERE / f"{name}.txt" for name in ADDED if name in arguments)))


def _set_up(locks: tuple[Path, ...]) -> int:
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in locks)).hexdigest()
    if _runs(INTERPRETER) and STAMP.exists() and STAMP.read_text().strip() == wanted:
        STAMP.touch()
        return 0
    began = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if not _runs(INTERPRETER):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        _say(f"1/3  virtual environment .venv with Python {sys.version.split()[0]}")
        if not _run([sys.executable, "-m", "venv", str(ENVIRONMENT)]):
            _say(
                f"{sys.executable} cannot make a virtual environment. Debian and Ubuntu keep that in a package of its "
                "own (python3-venv); or name another interpreter with make PYTHON=/path/to/python3."
            )
            return 1
    _say("2/3  installer")
    pip = [str(INTERPRETER), "-m", "pip", "--disable-pip-version-check", "install", "--require-hashes", "-q"]
    with_uv = _run([*pip, "--upgrade", "--target", str(BOOTSTRAP), "-r", str(locks[0])])
    libraries = [str(path) for path in locks[1:]]
    _say("3/3  libraries (about 200; a few minutes the first time)")
    uv = [str(BOOTSTRAP / "bin" / "uv"), "pip", "sync", "--quiet", "--python", str(INTERPRETER), "--require-hashes"]
    uv += libraries
    if not (with_uv and _run(uv, {**uv_environment(), **INSTALLING})):
        _say("     uv could not install them here: trying pip, which takes longer")
        # The lock files hold everything: pip would refuse what they do not name with its extras.
        if not _run([*pip, "--no-deps", *(part for path in libraries for part in ("-r", path))]):
            _say("The libraries could not be installed: see the message above. A package registry has to be in reach.")
            return 1
    STAMP.write_text(wanted + "\n")
    _say(f"set up in {time.monotonic() - began:.0f} s")
    return 0


def _set_up_beside(name: str) -> int:
    """An environment of its own, with the uv that the pipeline's was made with."""
    folder, lock = ENVIRONMENT / name, HERE / f"{name}.txt"
    stamp, interpreter = folder / "ready", folder / "bin" / "python"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _runs(interpreter) and stamp.exists() and stamp.read_text().strip() == wanted:
        return 0
    _say(f"the environment of make {BESIDE[name]}: .venv/{name}")
    shutil.rmtree(folder, ignore_errors=True)
    uv = [str(BOOTSTRAP / "bin" / "uv"), "pip", "sync", "--quiet", "--python", str(interpreter), "--require-hashes"]
    made = _run([str(INTERPRETER), "-m", "venv", str(folder)])
    if not (made and _run([*uv, str(lock)], {**uv_environment(), **INSTALLING})):
        _say("It could not be set up: see the message above. A package registry has to be in reach.")
        return 1
    stamp.write_text(wanted + "\n")
    return 0


def _runs(interpreter: Path) -> bool:
    try:
        return subprocess.run([interpreter, "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def uv_environment() -> dict[str, str]:
    """This environment, and what pip's configuration says in variables that uv understands."""
    environment = dict(os.environ)
    listed = subprocess.run([INTERPRETER, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        variable = PIP_TO_UV.get(key.rpartition(".")[2])
        if variable:
            environment.setdefault(variable, " ".join(value.strip("'").replace("\\n", " ").split()))
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip does; the hashes decide
    return environment


def _run(command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Whether the command succeeds; says now and then that it is at it."""
    began = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=sys.stderr) as running:
        while True:
            try:
                return running.wait(timeout=SIGN_OF_LIFE_SECONDS) == 0
            except subprocess.TimeoutExpired:
                _say(f"     at it for {time.monotonic() - began:.0f} s")


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        _say("Interrupted: the same command goes on from there.")
        sys.exit(130)
