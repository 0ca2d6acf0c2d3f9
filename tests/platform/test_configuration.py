"""``warehouse.toml``: what it says counts, the environment wins, and what it cannot mean is refused."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from include.platform import configuration
from include.platform.errors import UsageError
from include.platform.settings import Mail, Settings

WHOLE = """
STATE = "state"
INBOX = "sftp://host/inbox"
REGISTRY = "/srv/registry"
WAREHOUSE_URL = "postgresql://admin@db.example.org/warehouse"
DATABASE_PORT = 5433
UI_PORT = 8081
MAIL_SERVER = "smtp.example.org"
MAIL_LOGIN = "warehouse"
MAIL_PASSWORD = "secret"
MAIL_SENDER = "reports@example.org"
OPERATOR_EMAIL = "operator@example.org"
RETENTION_DAYS = 30
CLOSERS = ["ana", "eva"]
SIGNERS = ["luis"]
"""


def _file(folder: Path, text: str, mode: int = 0o600) -> dict[str, str]:
    path = folder / "warehouse.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return {"WAREHOUSE_TOML": str(path)}


def test_the_file_sets_everything(tmp_path: Path) -> None:
    assert Settings.from_environment(_file(tmp_path, WHOLE)) == Settings(
        state=tmp_path / "state",
        inbox="sftp://host/inbox",
        registry=Path("/srv/registry"),
        warehouse_url="postgresql://admin@db.example.org/warehouse",
        database_port=5433,
        ui_port=8081,
        mail=Mail("smtp.example.org", 587, "warehouse", "secret", "reports@example.org", "starttls"),
        operator_email="operator@example.org",
        retention_days=30,
        closers=("ana", "eva"),
        signers=("luis",),
    )


def test_the_environment_wins_and_an_empty_variable_counts_as_absent(tmp_path: Path) -> None:
    settings = Settings.from_environment(_file(tmp_path, WHOLE))
    told = {**_file(tmp_path, WHOLE), "STATE": "/elsewhere", "UI_PORT": "9000", "SIGNERS": "eva, luis", "REGISTRY": ""}
    assert Settings.from_environment(told) == replace(
        settings, state=Path("/elsewhere"), ui_port=9000, signers=("eva", "luis")
    )


def test_another_process_gets_the_same_settings_and_reads_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.platform.settings.PROJECT_ROOT", tmp_path)  # where another file may come to be
    settings = Settings.from_environment(_file(tmp_path, WHOLE))
    assert Settings.from_environment(settings.environment()) == settings
    bare = Settings.from_environment({**_file(tmp_path, ""), "STATE": str(tmp_path)})
    _file(tmp_path, WHOLE)
    assert Settings.from_environment(bare.environment()) == bare


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('REGISTY = "/srv"', "there is no setting REGISTY; REGISTRY is meant?"),
        ('[mail]\nserver = "x"', "there is no setting mail"),
        ("STATE = 5", "STATE has to be a text in quotes, not 5"),
        ('UI_PORT = "8080"', "UI_PORT has to be a port number such as 5433, not '8080'"),
        ("UI_PORT = true", "UI_PORT has to be a port number"),
        ("UI_PORT = 80800", "UI_PORT has to be a whole number from 1 to 65535, not '80800'"),
        ("RETENTION_DAYS = 0", "RETENTION_DAYS has to be a whole number from 1"),
        ('CLOSERS = "ana"', "CLOSERS has to be a list of names"),
        ("CLOSERS = [1]", "CLOSERS has to be a list of names"),
        ("STATE = /srv/warehouse", "is no TOML: .*line 1"),
        ('MAIL_SERVER = "x"\nMAIL_SECURITY = "ssl"', "MAIL_SECURITY has to be one of none, starttls, tls, not 'ssl'"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        Settings.from_environment(_file(tmp_path, line))


@pytest.mark.parametrize(
    "line", ['MAIL_PASSWORD = "x"', 'WAREHOUSE_URL = "postgresql://a:b@c/d"', 'INBOX = "sftp://a:b@c"']
)
def test_a_password_that_others_may_read_is_refused(tmp_path: Path, line: str) -> None:
    Settings.from_environment(_file(tmp_path, line, 0o600))
    with pytest.raises(UsageError, match="chmod 600"):
        Settings.from_environment(_file(tmp_path, line, 0o640))
    Settings.from_environment(_file(tmp_path, 'STATE = "/srv"', 0o644))


def test_a_file_asked_for_by_name_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        Settings.from_environment({"WAREHOUSE_TOML": str(tmp_path / "forgotten.toml")})
    assert configuration.values({}, tmp_path) == {}


def test_a_file_at_the_root_is_found_without_being_named(tmp_path: Path) -> None:
    _file(tmp_path, 'STATE = "kept"')
    assert configuration.values({}, tmp_path) == {"STATE": str(tmp_path / "kept")}
    assert configuration.values({"WAREHOUSE_TOML": os.devnull}, tmp_path) == {}


def test_passwords_are_not_in_what_settings_print(tmp_path: Path) -> None:
    told = {**_file(tmp_path, WHOLE), "WAREHOUSE_URL": "postgresql://admin:hidden@c/d"}
    assert not {"secret", "hidden"} & set(repr(Settings.from_environment(told)).replace(":", " ").split("'"))
    assert "hidden" not in repr(Settings.from_environment(told))


def test_a_written_file_is_completed_and_nothing_in_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.toml"
    fresh, added = configuration.written(path, {"STATE": '/srv/a "b" c\\d', "UI_PORT": "8081", "SIGNERS": "ana,luis"})
    assert added == ["STATE", "UI_PORT", "SIGNERS"]
    _file(tmp_path, fresh)
    settings = Settings.from_environment({"WAREHOUSE_TOML": str(path)})
    assert (settings.state, settings.ui_port, settings.signers) == (Path('/srv/a "b" c\\d'), 8081, ("ana", "luis"))
    assert all(f"\n{name} = " in fresh or f"\n#{name} = " in fresh for name in configuration.BY_NAME)

    mine = "# mine\nSTATE = '/srv/mine'  # ours\n"
    _file(tmp_path, mine)
    completed, added = configuration.written(path, {"STATE": "/srv/other", "UI_PORT": "8081"})
    assert completed.startswith(mine) and added == ["UI_PORT"] and "/srv/other" not in completed
    _file(tmp_path, completed)
    assert configuration.written(path, {"STATE": "/srv/other"}) == (completed, [])
    later, added = configuration.written(path, {"REGISTRY": "/srv/registry"})
    assert added == ["REGISTRY"]
    assert later == completed.replace('#REGISTRY = "/srv/registry"', 'REGISTRY = "/srv/registry"') != completed
    _file(tmp_path, later)
    assert Settings.from_environment({"WAREHOUSE_TOML": str(path)}).registry == Path("/srv/registry")
