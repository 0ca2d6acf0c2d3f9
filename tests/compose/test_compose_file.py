"""What docker-compose.yml promises, without an engine; ``python -m tests.compose`` tries it with one."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.platform.configuration import KEYS
from include.platform.container import SERVICES
from include.platform.database import ROLES
from include.platform.settings import PROJECT_ROOT

TEXT = (PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8")
FILE: dict[str, Any] = yaml.safe_load(TEXT)
ALL: dict[str, dict[str, Any]] = FILE["services"]
#: They do one thing and end.
ONE_SHOT = {"init", "night", "dashboards-init"}
SECRET = re.compile("PASSWORD|KEY|JWT|SESSION|REDISCLI_AUTH")


def _write_env(file: Path) -> dict[str, str]:
    subprocess.run(["make", "env", f"FILE={file}", f"PYTHON={sys.executable}"], cwd=PROJECT_ROOT, check=True)
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", file.read_text(), re.MULTILINE))


def test_there_is_a_service_for_every_part() -> None:
    parts = {f"airflow-{name}" for name in SERVICES}
    assert set(ALL) == {"postgres", "redis", "dashboards", *ONE_SHOT, *parts}
    for name in SERVICES:
        assert ALL[f"airflow-{name}"]["command"][-2:] == ["include.platform.container", name]


@pytest.mark.parametrize("name", ALL)
def test_a_service_has_limits_and_no_more_rights_than_it_needs(name: str) -> None:
    service = ALL[name]
    assert service["mem_limit"] and service["cpus"] and service["pids_limit"]
    assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service and "network_mode" not in service
    if name in ONE_SHOT:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped" and service["healthcheck"]["test"]


@pytest.mark.parametrize("name", ALL)
def test_nobody_is_root(name: str) -> None:
    if "build" in ALL[name]:
        instructions = (PROJECT_ROOT / "Dockerfile").read_text().splitlines()
        users = [line.split()[1] for line in instructions if line.startswith("USER ")]
        assert users and users[-1] == "warehouse" and ALL[name].get("user") is None
        assert ALL[name]["read_only"] is True
    else:
        assert ALL[name]["user"] in ("postgres", "redis")


def test_only_the_loopback_address_is_published() -> None:
    published = [port for service in ALL.values() for port in service.get("ports", [])]
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_secret_is_in_the_file_and_every_one_is_asked_for() -> None:
    for name, service in ALL.items():
        for variable, value in service["environment"].items():
            if SECRET.search(variable):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?run make env}", str(value)), (name, variable)
    assert "POSTGRES_PASSWORD" not in str(ALL["airflow-worker"]), "tasks are no administrators"
    assert re.findall(r"://[^@\s]*:(?!\$)[^@\s]*@", TEXT) == []


def test_data_are_in_named_volumes_and_inputs_are_only_read() -> None:
    for service in ALL.values():
        for volume in service["volumes"]:
            source, target, *options = re.sub(r"\$\{[^}]*}", "folder", volume).split(":")
            assert source in FILE["volumes"] or (target in ("/inbox", "/registry") and options == ["ro"])


def test_the_dashboards_know_no_secret_but_their_own_and_those_of_readers() -> None:
    known = {name for name in ALL["dashboards"]["environment"] if SECRET.search(name)}
    assert known == {"BI_READER_PASSWORD", "SUPERSET_PASSWORD", "SUPERSET_SESSION"}
    assert "POSTGRES_PASSWORD" not in str(ALL["dashboards"]), "the server is no administrator"
    assert {"dashboards-init"} == ALL["dashboards"]["depends_on"].keys(), "its pages are there before it answers"
    dockerfile = (PROJECT_ROOT / "Dockerfile").read_text()
    assert "set_up.py ${BESIDE}" in dockerfile and "COPY dashboards/ dashboards/\n" in dockerfile


def test_the_dashboards_server_sees_of_state_its_own_folder_alone_and_of_the_services_the_database() -> None:
    server = ALL["dashboards"]
    assert server["volumes"] == ["dashboards:/state/superset"]
    assert any(place.startswith("/state:") for place in server["tmpfs"]), "no volume of the image's own for STATE"
    assert {name for name, one in ALL.items() if "dashboards" in one.get("networks", [])} == {
        *("postgres", "dashboards-init", "dashboards")
    }
    assert server["networks"] == ["dashboards"]


def test_the_pipeline_knows_the_passwords_of_the_roles_it_works_as() -> None:
    """One that is not told is made up at its first use, and wrong. What headline.py shows is for a terminal."""
    asked = re.compile(r"""database\.\w+\(\w+(?:\.\w+)*, "(\w+)"\)|\.engine\("(\w+)"\)""")
    stages = (file for file in (PROJECT_ROOT / "include").glob("stage*/**/*.py") if file.name != "headline.py")
    roles = {role for file in stages for found in asked.findall(file.read_text()) for role in found if role}
    assert {"loader", "transformer", "me_officer"} <= roles
    for role in roles:
        assert f"{role.upper()}_PASSWORD" in ALL["airflow-worker"]["environment"], role
    assert {f"{role.upper()}_PASSWORD" for role in ROLES} <= ALL["init"]["environment"].keys()


def test_a_backup_has_the_dashboards() -> None:
    assert "SUPERSET_PASSWORD" in ALL["init"]["environment"], "the administrator's container makes backups"


#: Settings that containers have otherwise: from image and file, or as Airflow's connection.
ELSEWHERE = {"STATE", "DATABASE_PORT", "UI_PORT", "DASHBOARDS_PORT", "DASHBOARDS_URL"}


def test_every_setting_reaches_the_pipeline() -> None:
    wanted = {key.name for key in KEYS} - ELSEWHERE
    missing = wanted - ALL["airflow-worker"]["environment"].keys()
    assert {name for name in missing if not name.startswith("MAIL_")} == set()
    assert "AIRFLOW_CONN_SMTP_DEFAULT" in ALL["airflow-worker"]["environment"]


def test_the_example_names_what_can_be_set() -> None:
    named = set(re.findall(r"^#([A-Z_]+)=", (PROJECT_ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == set(re.findall(r"\$\{([A-Z_]+):-", TEXT)) - {"AS_OF"}


def test_libraries_in_images_are_checked_by_their_hashes() -> None:
    dockerfile = (PROJECT_ROOT / "Dockerfile").read_text()
    assert "ARG LIBRARIES=containers\n" in dockerfile and "requirements/set_up.py ${LIBRARIES}\n" in dockerfile
    assert "pip install" not in dockerfile


def test_images_can_be_read_whatever_umask_the_clone_was_made_with() -> None:
    dockerfile = (PROJECT_ROOT / "Dockerfile").read_text()
    copied = {place.rstrip("/") for place in re.findall(r"^COPY (\S+) ", dockerfile, re.MULTILINE)}
    (opened,) = re.findall(r"chmod -R a\+rX (.*) \\\n", dockerfile)
    assert copied == set(opened.split())
    assert "VOLUME" not in dockerfile, "beside a tmpfs it would leave a nameless volume at each down"


def test_make_env_fills_in_what_the_file_asks_for(tmp_path: Path) -> None:
    made = _write_env(tmp_path / ".env")
    asked = set(re.findall(r"\$\{([A-Z_]+):\?run make env}", TEXT))
    assert asked == {name for name, value in made.items() if value}
    assert len(set(made.values())) == len(made), "each has its own"
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert len(base64.urlsafe_b64decode(made["AIRFLOW_FERNET_KEY"])) == 32
    assert len(bytes.fromhex(made["PSEUDONYM_KEY"])) == 32


def test_make_env_keeps_what_is_there(tmp_path: Path) -> None:
    first = _write_env(tmp_path / ".env")
    text = (tmp_path / ".env").read_text().replace("#AIRFLOW_PORT=8080", "AIRFLOW_PORT=9090")
    text = text.replace(f"RECEIPT_KEY={first['RECEIPT_KEY']}\n", "")
    (tmp_path / ".env").write_text(text + "COMPOSE_PROJECT_NAME=alinvest\n")
    second = _write_env(tmp_path / ".env")
    assert second.pop("COMPOSE_PROJECT_NAME") == "alinvest", "what the example does not know"
    assert second.pop("AIRFLOW_PORT") == "9090"
    assert second.pop("RECEIPT_KEY") != first.pop("RECEIPT_KEY")
    assert second == first


def test_git_ignores_the_secrets() -> None:
    assert ".env" in (PROJECT_ROOT / ".gitignore").read_text().split()
    assert "=\n" in (PROJECT_ROOT / ".env.example").read_text()
