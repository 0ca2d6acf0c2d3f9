"""``python -m tests.compose FOLDER``: docker-compose.yml tried with an engine, from nothing to nothing.

Up with two workers, a night over the sample programme, figures compared; all of it read again while a worker is killed,
figures compared; down, up, figures compared. FOLDER is kept for the next trial: it holds the base image's files. With
``--keep`` the containers stay, to be looked at. Needs root, docker, docker-compose and debootstrap, and package
registries in reach.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from include.platform import processes
from include.platform.settings import PROJECT_ROOT
from tests.compose import images
from tests.end_to_end.comparison import differences
from tests.samples import unpack

COMPOSE = ["docker-compose", "--project-name", "warehousetrial", "--file", str(PROJECT_ROOT / "docker-compose.yml")]
SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
REFILL = (
    "from include.operations.rebuild import refill_ledger; from include.platform.settings import Settings;"
    " print(refill_ledger(Settings.from_environment(), replace=True).deliveries)"
)


class Trial:
    """One project of docker-compose with an .env of its own."""

    def __init__(self, folder: Path, sample: str) -> None:
        self.programme = unpack(sample, folder)
        self.env = folder / ".env"
        write = [sys.executable, str(PROJECT_ROOT / "containers" / "write_env.py"), str(self.env)]
        subprocess.run(write, check=True)
        self.secrets = dict(re.findall(r"^([A-Z_]+)=(.+)$", self.env.read_text(), re.MULTILINE))
        self.ports = {"AIRFLOW_PORT": "18080", "POSTGRES_PORT": "15432"}
        chosen = {
            "BASE_IMAGE": images.BASE,
            "WAREHOUSE_IMAGE": images.WAREHOUSE,
            "POSTGRES_IMAGE": images.POSTGRES,
            "REDIS_IMAGE": images.REDIS,
            "INBOX_FOLDER": f"{self.programme}/inbox",
            "REGISTRY_FOLDER": f"{self.programme}/registry",
            **self.ports,
            "AS_OF": "2025-03-01",
        }
        with self.env.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in chosen.items())

    def compose(self, *arguments: str) -> str:
        """What docker-compose prints."""
        command = [*COMPOSE, "--env-file", str(self.env), *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=self.env.parent)
        assert done.returncode == 0, f"docker-compose {' '.join(arguments)} ended with {done.returncode}: {done.stdout}"
        return done.stdout

    def up(self) -> None:
        """Everything with two workers, and wait until the engine finds all of it healthy."""
        self.compose("up", "--detach", "--scale", "airflow-worker=2")
        names = ["postgres", "redis", *(f"airflow-{name}" for name in SERVICES)]
        healthy = processes.wait_until(lambda: all(self.healths(name) == {"healthy"} for name in names), 600, pause=3)
        assert healthy, {name: self.healths(name) for name in names}

    def healths(self, service: str) -> set[str]:
        """What the engine says of a service's containers."""
        containers = self.compose("ps", "--quiet", service).split()
        return {_docker("inspect", "--format", "{{.State.Health.Status}}", one).strip() for one in containers}

    def engine(self, role: str, password: str, database: str = "warehouse") -> sa.Engine:
        """An engine on the published port."""
        port = int(self.ports["POSTGRES_PORT"])
        return sa.create_engine(
            sa.URL.create("postgresql+psycopg", role, self.secrets[password], "127.0.0.1", port, database)
        )

    def differences(self) -> list[str]:
        """The figures beside what the sample's own files expect."""
        return differences(self.engine("me_officer", "ME_OFFICER_PASSWORD"), self.programme / "expected")

    def tasks(self, condition: str) -> list[tuple]:
        """State, attempt and container of Airflow's tasks."""
        engine = self.engine("warehouse_airflow", "AIRFLOW_PASSWORD", "warehouse_airflow")
        query = f"select task_id, state, try_number, hostname from task_instance where {condition}"
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(sa.text(query))]
        engine.dispose()
        return rows

    def kill_a_worker(self) -> str:
        """As the kernel does for want of memory, while it reads; the engine starts the container again."""
        reading = "task_id = 'read_batch' and state = 'running'"
        assert processes.wait_until(lambda: bool(self.tasks(reading)), 300, pause=0.2), "no task reads"
        hosts = [str(host) for *_, host in self.tasks(reading)]
        container = hosts[0]
        os.kill(int(_docker("inspect", "--format", "{{.State.Pid}}", container)), 9)
        return container


def main(folder: Path, sample: str = "peru") -> int:
    """Say what was done and how long it took."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    folder.mkdir(parents=True, exist_ok=True)
    images.make_base(folder)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        trial = Trial(Path(name), sample)
        try:
            trial.compose("build", "airflow-scheduler")
            images.make_stand_ins()
            trial.compose("down", "--volumes", "--remove-orphans")  # of a trial that was kept
            say("images")
            trial.up()
            say("up: all healthy, two workers")
            say(trial.compose("run", "--rm", "night").strip())
            assert trial.differences() == []
            hosts = {host for *_, host in trial.tasks("state = 'success'")}
            assert len(hosts) == 2, hosts
            say("figures as expected, tasks done by two workers")
            trial.compose("run", "--rm", "init", "python", "-c", REFILL)
            night = subprocess.Popen(
                [*COMPOSE, "--env-file", str(trial.env), "run", "--rm", "night"], stdout=subprocess.PIPE, text=True
            )
            killed = trial.kill_a_worker()
            say(f"worker {killed} killed while it reads")
            said, _ = night.communicate()
            assert night.returncode == 0, said
            assert trial.differences() == []
            again = trial.tasks("task_id = 'read_batch' and state = 'success' and try_number > 1")
            assert again, "no task was tried again"
            say(f"figures as expected, {len(again)} task(s) tried again")
            trial.compose("down")
            trial.up()
            assert trial.differences() == []
            say("down and up again: the data are there")
        finally:
            if "--keep" not in sys.argv:
                trial.compose("down", "--volumes", "--remove-orphans")
    say("down, nothing left")
    return 0


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve()))
