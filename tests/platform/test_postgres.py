"""The embedded server: life, death, ports, users and permissions. Each test has a server of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from include.platform import ports, postgres, processes
from include.platform.airflow_services import Airflow
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import PROJECT_ROOT, Settings
from tests.conftest import make_settings


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a server that this test may kill."""
    settings = make_settings(tmp_path / "state")
    yield settings
    postgres.stop(settings)


def _count(settings: Settings) -> int:
    with psycopg.connect(postgres.connection_string(settings)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS public.seen (number integer)")
        connection.execute("INSERT INTO public.seen VALUES (1)")
        row = connection.execute("SELECT count(*) FROM public.seen").fetchone()
        assert row is not None
        return int(row[0])


def _modes(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, owner and group of a folder and all its parents."""
    return {
        str(path): (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in (folder, *folder.parents)
    }


def _postmaster(settings: Settings) -> psutil.Process:
    process = postgres.Server(settings).process()
    assert process is not None
    return process


def _seconds_used(process: psutil.Process) -> float:
    """Processor seconds of a process; 0 where it has ended since it was listed."""
    with suppress(psutil.NoSuchProcess):
        return process.cpu_times().user
    return 0.0


def test_it_keeps_its_data_and_its_port_over_a_restart(own: Settings) -> None:
    postgres.ensure_running(own)
    assert _count(own) == 1
    port = processes.remembered_port(postgres.Server(own).port_file)
    backends = [_postmaster(own), *_postmaster(own).children()]
    postgres.stop(own)
    assert not any(backend.is_running() for backend in backends)
    postgres.stop(own)  # again, to no effect
    postgres.ensure_running(own)
    assert processes.remembered_port(postgres.Server(own).port_file) == port
    assert _count(own) == 2


def test_it_outlives_a_kill_of_everything(own: Settings) -> None:
    postgres.ensure_running(own)
    assert _count(own) == 1
    postmaster = _postmaster(own)
    for process in (postmaster, *postmaster.children()):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    postgres.ensure_running(own)
    assert _count(own) == 2


def test_it_can_be_stopped_while_it_recovers_from_a_crash(own: Settings) -> None:
    postgres.ensure_running(own)
    postmaster = _postmaster(own)
    next(child for child in postmaster.children() if "checkpointer" in " ".join(child.cmdline())).kill()
    assert processes.wait_until(lambda: "terminated by signal" in postgres.Server(own).log.read_text(), 30, pause=0.01)
    began = time.monotonic()
    postgres.stop(own)
    assert time.monotonic() - began < postgres.STOP_SECONDS  # in vain is a stop that is asked for too early
    assert not postmaster.is_running()


def test_it_outlives_a_kill_of_the_postmaster_while_a_backend_computes(own: Settings) -> None:
    postgres.ensure_running(own)

    def compute() -> None:
        with suppress(psycopg.Error), psycopg.connect(postgres.connection_string(own)) as connection:
            connection.execute("DO $$ BEGIN LOOP END LOOP; END $$")

    busy = threading.Thread(target=compute)
    busy.start()
    assert processes.wait_until(lambda: any(_seconds_used(child) > 0.2 for child in _postmaster(own).children()), 30)
    _postmaster(own).kill()
    postgres.ensure_running(own)
    busy.join(10)
    assert not busy.is_alive()
    assert _count(own) == 1


def test_what_is_left_of_an_unlogged_table_taken_back_unrecorded_does_not_stop_recovery(own: Settings) -> None:
    """As where the postmaster is killed in the middle of a build and a session takes back what it was making."""
    postgres.ensure_running(own)
    address = postgres.connection_string(own)
    with (
        closing(psycopg.connect(address, autocommit=True)) as administrator,
        closing(psycopg.connect(address)) as building,
    ):
        administrator.execute("CHECKPOINT")
        building.execute("CREATE UNLOGGED TABLE half_made (one integer)")
        row = building.execute("SELECT pg_relation_filepath('half_made')").fetchone()
        assert row is not None
        administrator.execute("CREATE TABLE recorded (one integer)")  # its commit records what came before
        family = [_postmaster(own), *_postmaster(own).children()]
        family[0].suspend()  # or a session that hears of its end first would take the table back
        for process in reversed(family):
            process.kill()
        psutil.wait_procs(family, timeout=10)
    (own.postgres / "data" / f"{row[0]}_init").unlink()
    postgres.ensure_running(own)
    assert "could not create file" in postgres.Server(own).log.read_text()
    assert _count(own) == 1


def test_a_stale_pid_file_that_names_a_living_stranger_does_not_matter(own: Settings) -> None:
    postgres.ensure_running(own)
    postgres.stop(own)
    (own.postgres / "data" / "postmaster.pid").write_text(f"{os.getppid()}\n{own.postgres / 'data'}\n")
    postgres.ensure_running(own)
    assert _count(own) == 1


def test_a_port_taken_meanwhile_is_an_error_that_names_who_has_it(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "PATIENCE", 0.3)
    postgres.ensure_running(own)
    postgres.stop(own)
    port = processes.remembered_port(postgres.Server(own).port_file)
    assert port is not None
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind((processes.HOST, port))
        stranger.listen()
        said = f"Port {port} of 127.0.0.1, the embedded PostgreSQL's, is taken by process {os.getpid()} .*DATABASE_PORT"
        with pytest.raises(PlatformError, match=said):
            postgres.ensure_running(own)
        assert processes.remembered_port(postgres.Server(own).port_file) == port
        with pytest.raises(PlatformError, match=rf"taken by process {os.getpid()} .*UI_PORT"):
            Airflow(replace(own, ui_port=port)).start(schedule_on=False)
        moved = replace(own, database_port=_another(port))
        postgres.ensure_running(moved)
        assert processes.remembered_port(postgres.Server(own).port_file) == moved.database_port
        assert _count(moved) == 1
    postgres.ensure_running(own)  # where it was last
    assert _count(own) == 2
    with pytest.raises(
        UsageError, match=rf"runs on port {moved.database_port}, and DATABASE_PORT is {port}: make down"
    ):
        postgres.ensure_running(replace(own, database_port=port))


def _another(port: int) -> int:
    return next(candidate for candidate in range(port + 1, port + 1000) if ports.is_free(candidate))


def test_several_processes_may_start_it_at_once_and_it_outlives_them(own: Settings) -> None:
    script = "from include.platform import postgres; from include.platform.settings import Settings;"
    script += "postgres.ensure_running(Settings.from_environment())"
    environment = {**os.environ, **own.environment(), "PYTHONPATH": str(PROJECT_ROOT)}
    starters = [subprocess.Popen([sys.executable, "-c", script], env=environment) for _ in range(3)]
    assert [starter.wait(60) for starter in starters] == [0, 0, 0]
    assert _count(own) == 1
    assert os.getsid(_postmaster(own).pid) not in {os.getsid(0), *(starter.pid for starter in starters)}


def test_nobody_enters_without_the_password_nor_by_a_socket(settings: Settings) -> None:
    address = postgres.connection_string(settings)
    password = address.split(":")[2].split("@")[0]
    for wrong in (address.replace(password, "wrong"), address.replace(f":{password}", "")):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    with psycopg.connect(address) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("unix_socket_directories", "listen_addresses", "server_encoding", "fsync")
        }
        stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'bi_reader'").fetchone()
        locale = connection.execute("SELECT datlocale FROM pg_database WHERE datname = 'warehouse'").fetchone()
    assert shown == {
        "unix_socket_directories": ("",),
        "listen_addresses": ("127.0.0.1",),
        "server_encoding": ("UTF8",),
        "fsync": ("on",),
    }
    assert stored is not None
    assert stored[0].startswith("SCRAM-SHA-256")
    assert locale == ("C.UTF-8",)


def test_below_a_folder_closed_to_others_no_permission_changes() -> None:
    closed = Path(tempfile.mkdtemp())  # 0700, as the folder of a service or a CI job would be
    settings = make_settings(closed / "deep" / "state")
    (closed / "deep").mkdir(mode=0o700)
    before = _modes(closed / "deep")
    try:
        postgres.ensure_running(settings)
        assert _count(settings) == 1
        assert _modes(closed / "deep") == before
        if os.geteuid() == 0:
            assert _postmaster(settings).username() == "nobody"
    finally:
        postgres.stop(settings)
        shutil.rmtree(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else to try it")
def test_an_ordinary_user_runs_it_as_itself() -> None:
    state = Path(tempfile.mkdtemp())
    user = pwd.getpwnam("daemon").pw_uid
    os.chown(state, user, user)
    settings = make_settings(state)
    # The interpreter may lie in root's own folders: the test keeps the way there open as the server does.
    script = f"""
import sys
from include.platform import as_nobody, postgres
from include.platform.settings import Settings
as_nobody.become({user}, {user}, "/nonexistent", sys.executable)
settings = Settings.from_environment()
postgres.ensure_running(settings)
print(postgres.Server(settings).process().uids().effective)
postgres.stop(settings)
"""
    environment = {**os.environ, **settings.environment(), "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    owners = {path.stat().st_uid for path in (state, *state.rglob("*"))}
    shutil.rmtree(state)
    assert (done.returncode, done.stdout.strip()) == (0, str(user)), done.stderr
    assert owners == {user}


def test_a_server_that_cannot_start_says_why(own: Settings) -> None:
    postgres.ensure_running(own)
    postgres.stop(own)
    with (own.postgres / "data" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(PlatformError, match="no_such_setting"):
        postgres.ensure_running(own)


def test_a_lost_password_is_named(own: Settings) -> None:
    postgres.ensure_running(own)
    (own.secrets / "administrator_password").write_text("another\n")
    with pytest.raises(PlatformError, match="restore that folder"):
        postgres.ensure_running(own)


def test_a_half_made_data_folder_is_made_anew(own: Settings) -> None:
    (own.postgres / "data.new" / "base").mkdir(parents=True)
    postgres.ensure_running(own)
    assert _count(own) == 1


def test_stopping_does_not_wait_for_idle_readers(own: Settings) -> None:
    postgres.ensure_running(own)
    with closing(psycopg.connect(postgres.connection_string(own))):
        began = time.monotonic()
        os.kill(_postmaster(own).pid, signal.SIGTERM)  # a polite stop somebody began waits for readers
        postgres.stop(own)
        assert time.monotonic() - began < 20
