"""What a command ends with: 2 and one sentence where it cannot mean what it was told, 1 where something is amiss."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from include import __main__ as entry
from include.platform.settings import PROJECT_ROOT, Settings


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Runs a command with variables, by default on a STATE where nothing ever was; status and what stderr said."""

    def run(command: str, **variables: str) -> tuple[int, str]:
        for name, value in {"STATE": str(tmp_path / "state"), **variables}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = entry.main([command])
        return status, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("command", "variables", "said"),
    [
        ("nightly", {}, "REGISTRY=.*registry, the programme office's folder, does not exist: name it with REGISTRY="),
        ("up", {"REGISTRY": "/nowhere"}, "REGISTRY=/nowhere, the programme office's folder, does not exist"),
        ("rebuild", {"REGISTRY": "/nowhere"}, "REGISTRY=/nowhere, the programme office's folder, does not exist"),
        ("nightly", {"AS_OF": "tomorrow"}, "AS_OF has to be a date"),
        ("nightly", {"ACCEPT_REGISTRY": "ja"}, "ACCEPT_REGISTRY is either yes or not given, not 'ja'"),
        ("nightly", {"UI_PORT": "0"}, "UI_PORT has to be a whole number from 1 to 65535, not '0'"),
        ("nightly", {"WAREHOUSE_TOML": "/nowhere.toml"}, "WAREHOUSE_TOML=/nowhere.toml: there is no such file"),
        ("configure", {"DATABASE_PORT": "x"}, "DATABASE_PORT has to be a whole number"),
        (
            "demo",
            {"REGISTRY": "/srv/registry"},
            "a registry of its own .*, and REGISTRY is /srv/registry",
        ),
        ("demo", {"INBOX": "sftp://host/inbox"}, "written to a folder, and INBOX is a URL"),
        ("url", {"ROLE": "nobody"}, "There is no role 'nobody'"),
        ("grant-country", {}, "COUNTRY is missing: make grant-country COUNTRY=PE"),
        ("revoke-country", {}, "LOGIN is missing"),
        ("explain", {}, "KPI is missing"),
        ("rule-impact", {}, "RULE is missing"),
        ("verify-receipt", {}, "FILE is missing"),
        ("verify-receipt", {"FILE": "/nowhere"}, "/nowhere cannot be read"),
        ("restore", {}, "FILE is missing"),
        ("rebuild", {"HISTORY": "all"}, "HISTORY is either yes or not given, not 'all'"),
        ("reproduce", {}, "Say which figures: make reproduce RELEASE="),
        ("reproduce", {"AT": "2025-02-31"}, "AT has to be a date such as 2025-03-01, not '2025-02-31'"),
        ("close", {}, "PERIOD is missing"),
        ("verify-release", {"FILE": "/nowhere"}, "/nowhere cannot be read"),
        ("forget", {}, "ENTERPRISE is missing"),
        ("migration", {}, "MESSAGE is missing"),
        ("template", {"TEMPLATE_LANGUAGE": "fr"}, "LANGUAGE has to be one of"),
        ("template", {"PROJECT": "PE-01"}, "the programme office's folder, does not exist"),
    ],
)
def test_what_cannot_be_meant_ends_with_two_and_one_sentence(
    run, tmp_path: Path, command: str, variables: dict[str, str], said: str
) -> None:
    status, error = run(command, **variables)
    assert status == 2
    assert error.count("\n") == 1 and re.search(said, error), error
    assert not (tmp_path / "state" / "postgres").exists(), "nothing was begun"


def test_an_empty_registry_is_none(run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    status, error = run("nightly", REGISTRY=str(tmp_path / "empty"))
    assert status == 2 and "is empty" in error


def test_what_is_amiss_elsewhere_ends_with_one(run) -> None:
    status, error = run("url", WAREHOUSE_URL="postgresql://a:b@127.0.0.1:1/warehouse")
    assert status == 1 and "cannot be reached" in error


def test_the_process_itself_ends_with_that_status(tmp_path: Path) -> None:
    environment = {**os.environ, "STATE": str(tmp_path / "state"), "PYTHONPATH": str(PROJECT_ROOT)}
    command = [sys.executable, "-m", "include", "nightly"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=PROJECT_ROOT)
    assert (done.returncode, done.stdout) == (2, "") and "REGISTRY=" in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "state").exists()


def test_a_forgotten_state_is_that_of_the_file(tmp_path: Path, run) -> None:
    (tmp_path / "warehouse.toml").write_text(f'STATE = "{tmp_path}/kept"\n')
    status, _ = run("nightly", STATE="", WAREHOUSE_TOML=str(tmp_path / "warehouse.toml"), REGISTRY="/nowhere")
    assert status == 2
    assert Settings.from_environment().state == tmp_path / "kept"


def test_configure_writes_what_it_is_told_and_changes_nothing_that_is_there(run, tmp_path: Path) -> None:
    file = tmp_path / "warehouse.toml"
    status, said = run("configure", WAREHOUSE_TOML=str(file), STATE="/srv/one", WAREHOUSE_URL="postgresql://a:b@c/d")
    assert status == 0 and "STATE, WAREHOUSE_URL added" in said
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_text()
    status, said = run("configure", STATE="/srv/two")
    assert status == 0 and "Unchanged, because it was there: STATE, WAREHOUSE_URL" in said and file.read_text() == first


def test_what_configure_writes_can_be_read(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting, of whatever kind: a number in quotes would be refused by all commands from then on."""
    given = {
        "DISK_FREE_GB": "10",
        "RETENTION_DAYS": "30",
        "UI_PORT": "8085",
        "CLOSERS": "ana,luis",
        "MAIL_PASSWORD": "x",
    }
    status, said = run("configure", WAREHOUSE_TOML=str(tmp_path / "warehouse.toml"), STATE="/srv/one", **given)
    assert status == 0, said
    for name in given:
        monkeypatch.delenv(name)
    settings = Settings.from_environment()
    assert (settings.disk_free_gb, settings.retention_days, settings.ui_port) == (10, 30, 8085)
    assert settings.closers == ("ana", "luis")
