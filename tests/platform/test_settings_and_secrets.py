"""Settings from the environment, and the secrets below STATE."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest

from include.platform import secrets
from include.platform.errors import PlatformError
from include.platform.settings import LIMA, PROJECT_ROOT, Settings, load_date
from tests.conftest import make_settings

NO_FILE = {"WAREHOUSE_TOML": os.devnull}


def test_defaults_are_those_of_the_contract() -> None:
    settings = Settings.from_environment(NO_FILE)
    assert settings.state == PROJECT_ROOT / ".state"
    assert settings.inbox == str(PROJECT_ROOT / ".state" / "inbox")
    assert settings.registry == PROJECT_ROOT / ".state" / "registry"
    assert settings.warehouse_url is None
    assert load_date(settings) == datetime.now(LIMA).date()


def test_relative_paths_start_at_the_working_directory_and_urls_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment(
        {**NO_FILE, "STATE": "here", "INBOX": "s3://bucket/inbox", "REGISTRY": "../office", "AS_OF": "2026-02-20"}
    )
    assert settings.state == tmp_path / "here"
    assert settings.inbox == "s3://bucket/inbox"
    assert settings.registry == tmp_path.parent / "office"
    assert load_date(settings) == date(2026, 2, 20)


def test_settings_survive_the_way_through_an_environment(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, as_of=date(2026, 2, 20), warehouse_url="postgresql://a:b@c/d")
    assert Settings.from_environment(settings.environment()) == settings


def test_a_load_date_that_is_none_is_refused() -> None:
    with pytest.raises(PlatformError, match=r"AS_OF.*20/02/2026"):
        Settings.from_environment({**NO_FILE, "AS_OF": "20/02/2026"})


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secrets.pseudonym_key(settings), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert settings.secrets.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in settings.secrets.iterdir()] == ["pseudonym_key"]
    assert {path.stat().st_mode & 0o777 for path in settings.secrets.iterdir()} == {0o600}


def test_a_secret_from_outside_is_not_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOADER_PASSWORD", "from-outside")
    settings = make_settings(tmp_path / "state")
    assert secrets.password(settings, "loader") == "from-outside"
    assert not settings.state.exists()


def test_a_state_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlatformError, match=r"STATE=.* cannot be written"):
        secrets.pseudonym_key(make_settings(tmp_path / "file" / "state"))


def test_write_private_replaces_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secrets.write_private(path, "old")
    secrets.write_private(path, "new")
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]
