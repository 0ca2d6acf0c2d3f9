"""One project of docker-compose with an .env of its own, and what can be asked of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from include.platform import database, processes
from include.platform.settings import PROJECT_ROOT, Settings
from tests.compose import images
from tests.end_to_end.comparison import differences
from tests.samples import unpack

COMPOSE = ["docker-compose", "--project-name", "warehousetrial", "--file", str(PROJECT_ROOT / "docker-compose.yml")]
SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
PORTS = {"AIRFLOW_PORT": "18080", "POSTGRES_PORT": "15432", "DASHBOARDS_PORT": "18088"}


class Trial:
    """A sample programme in containers."""

    def __init__(self, folder: Path, sample: str) -> None:
        self.programme = unpack(sample, folder)
        self.folder = folder
        self.env = folder / ".env"
        chosen = {
            "BASE_IMAGE": images.BASE,
            "WAREHOUSE_IMAGE": images.WAREHOUSE,
            "DASHBOARDS_IMAGE": images.DASHBOARDS,
            "POSTGRES_IMAGE": images.POSTGRES,
            "REDIS_IMAGE": images.REDIS,
            "INBOX_FOLDER": f"{self.programme}/inbox",
            "REGISTRY_FOLDER": f"{self.programme}/registry",
            "AS_OF": "2025-03-01",
            "CLOSERS": "ana",
            "SIGNERS": "luis",
            **PORTS,
        }
        self.env.write_text("".join(f"{name}={value}\n" for name, value in chosen.items()))
        self.write_env()
        self.secrets = dict(re.findall(r"^([A-Z_]+)=(.+)$", self.env.read_text(), re.MULTILINE))

    def write_env(self) -> None:
        """``make env``: what is there stays."""
        command = [sys.executable, str(PROJECT_ROOT / "containers" / "write_env.py"), str(self.env)]
        subprocess.run(command, check=True)

    def command(self, *arguments: str) -> list[str]:
        """docker-compose on this project."""
        return [*COMPOSE, "--env-file", str(self.env), *arguments]

    def compose(self, *arguments: str) -> str:
        """What docker-compose prints. Raises AssertionError where it fails."""
        done = subprocess.run(self.command(*arguments), stdout=subprocess.PIPE, text=True, cwd=self.folder)
        assert done.returncode == 0, f"docker-compose {' '.join(arguments)} ended with {done.returncode}: {done.stdout}"
        return done.stdout

    def run(self, service: str, *command: str, **told: str) -> str:
        """What a command prints in a container of its own, with variables besides the service's, beside what is up."""
        variables = [part for name, value in told.items() for part in ("-e", f"{name}={value}")]
        return self.compose("run", "--rm", "--no-deps", "-T", *variables, service, *command).strip()

    def administer(self, command: str, **told: str) -> str:
        """What a command of ``python -m include`` prints, as operators give it: in the container that may do all."""
        return self.run("init", "python", "-m", "include", command, **told)

    def up(self) -> None:
        """Everything with two workers, and wait until the engine finds all of it healthy."""
        self.compose("up", "--detach", "--scale", "airflow-worker=2")
        names = ["postgres", "redis", "dashboards", *(f"airflow-{name}" for name in SERVICES)]
        healthy = processes.wait_until(lambda: all(self.healths(name) == {"healthy"} for name in names), 600, pause=3)
        assert healthy, {name: self.healths(name) for name in names}

    def healths(self, service: str) -> set[str]:
        """What the engine says of a service's containers."""
        return {docker("inspect", "--format", "{{.State.Health.Status}}", one) for one in self.containers(service)}

    def containers(self, service: str) -> list[str]:
        """The engine's numbers of a service's containers."""
        return self.compose("ps", "--quiet", service).split()

    @cached_property
    def settings(self) -> Settings:
        """The warehouse as this machine reaches it, as its administrator."""
        address = self.address("postgres", "POSTGRES_PASSWORD").render_as_string(hide_password=False)
        state = self.folder / "state"
        state.mkdir()
        return Settings(
            state=state,
            inbox=f"{self.programme}/inbox",
            registry=self.programme / "registry",
            warehouse_url=address,
            dashboards_port=int(PORTS["DASHBOARDS_PORT"]),
        )

    def address(self, role: str, password: str, name: str = "warehouse") -> sa.URL:
        """A database on the published port, as a role whose password is in .env as ``password``."""
        port = int(PORTS["POSTGRES_PORT"])
        return sa.URL.create("postgresql+psycopg", role, self.secrets[password], "127.0.0.1", port, name)

    def differences(self) -> list[str]:
        """The figures beside what the sample's own files expect."""
        engine = sa.create_engine(self.address("me_officer", "ME_OFFICER_PASSWORD"))
        try:
            return differences(engine, self.programme / "expected")
        finally:
            engine.dispose()

    def rows(self, query: str) -> list[tuple]:
        """Rows of the warehouse, as its administrator."""
        with database.connected(self.settings) as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    def airflow_rows(self, query: str) -> list[tuple]:
        """Rows of Airflow's own database."""
        engine = sa.create_engine(self.address("warehouse_airflow", "AIRFLOW_PASSWORD", "warehouse_airflow"))
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(sa.text(query))]
        engine.dispose()
        return rows

    def tasks(self, condition: str) -> list[tuple]:
        """State, attempt and container of Airflow's tasks."""
        return self.airflow_rows(f"select task_id, state, try_number, hostname from task_instance where {condition}")

    def kill_a_worker(self) -> str:
        """As the kernel does for want of memory, while it reads; the engine starts the container again."""
        reading = "task_id = 'read_batch' and state = 'running'"
        assert processes.wait_until(lambda: bool(self.tasks(reading)), 300, pause=0.2), "no task reads"
        hosts = [str(host) for *_, host in self.tasks(reading)]
        container = hosts[0]
        os.kill(int(docker("inspect", "--format", "{{.State.Pid}}", container)), 9)
        return container


def docker(*arguments: str) -> str:
    """What docker prints."""
    return subprocess.run(["docker", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
