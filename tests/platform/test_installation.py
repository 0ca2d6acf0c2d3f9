"""A warehouse belongs to the keys it was filled with: any other STATE is refused before it changes anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
import sqlalchemy as sa

from include.__main__ import main
from include.platform import database, installation, postgres, schema, secrets
from include.platform.installation import AnotherInstallation
from include.platform.settings import Settings, ensure_state
from include.stage1_registry.night import begin_night
from tests.conftest import make_settings


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation whose warehouse is on a server of somebody else's."""
    server = make_settings(tmp_path_factory.mktemp("server") / "state")
    postgres.ensure_running(server)
    address = database.plain(database.url(server))
    owner = make_settings(tmp_path_factory.mktemp("owner") / "state", warehouse_url=address)
    schema.prepare(owner)
    yield owner
    postgres.stop(server)


@pytest.fixture
def stranger(owner: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Another STATE on the same WAREHOUSE_URL."""
    stranger = make_settings(tmp_path_factory.mktemp("stranger") / "state", warehouse_url=owner.warehouse_url)
    ensure_state(stranger)
    return stranger


def _everything(settings: Settings) -> list[tuple]:
    """Roles with their passwords, and what the database says it is."""
    with psycopg.connect(str(settings.warehouse_url)) as connection:
        roles = connection.execute("select rolname, rolpassword, rolconnlimit from pg_authid order by 1").fetchall()
        return roles + connection.execute("select * from access.installation").fetchall()


@pytest.mark.parametrize("command", ["prepare", "up", "url", "backup", "rebuild", "nightly", "migration"])
@pytest.mark.parametrize("has_keys", [True, False], ids=["other keys", "no keys"])
def test_another_installation_is_refused(
    owner: Settings,
    stranger: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    has_keys: bool,
) -> None:
    if has_keys:
        secrets.pseudonym_key(stranger)
    stranger.registry.mkdir(parents=True)
    (stranger.registry / "projects.csv").touch()  # a night without a registry is refused for that
    for name, value in {**stranger.environment(), "MESSAGE": "none", "LOGIN": "bi_pe"}.items():
        monkeypatch.setenv(name, value)
    before = _everything(owner)
    assert main([command]) == 2
    said = capsys.readouterr().err
    assert "belongs to another installation since" in said
    assert "bring that one's folder secrets over" in " ".join(said.split()) and "ADOPT=yes" in said
    assert _everything(owner) == before
    assert has_keys == (stranger.secrets / "pseudonym_key").exists()
    psycopg.connect(database.plain(database.url(owner, "loader"))).close()


def test_a_night_with_other_keys_is_not_begun(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where one of several machines has another PSEUDONYM_KEY: its tasks reach the database as the loader."""
    monkeypatch.setenv("PSEUDONYM_KEY", "ab" * 32)
    with pytest.raises(AnotherInstallation, match=r"the keys in .* are others"):
        begin_night(owner, "strange")
    with psycopg.connect(str(owner.warehouse_url)) as connection:
        assert connection.execute("select from ops.night where night_id = 'strange'").fetchall() == []


def test_the_same_keys_elsewhere_are_welcome(owner: Settings, stranger: Settings) -> None:
    shutil.rmtree(stranger.secrets)
    shutil.copytree(owner.secrets, stranger.secrets)
    schema.prepare(stranger)
    installation.check(stranger)


def test_another_database_of_the_server_is_refused_too(owner: Settings, stranger: Settings) -> None:
    """Roles, and so their passwords, are the whole server's."""
    with psycopg.connect(str(owner.warehouse_url), autocommit=True) as connection:
        connection.execute("create database second")
    address = sa.make_url(str(owner.warehouse_url)).set(database="second")
    second = replace(stranger, warehouse_url=address.render_as_string(hide_password=False))
    before = _everything(owner)
    with pytest.raises(AnotherInstallation, match=r"second on .* is on a server whose roles belong to another"):
        schema.prepare(second)
    assert _everything(owner) == before


def test_a_warehouse_of_before_there_were_fingerprints(owner: Settings, stranger: Settings) -> None:
    """It is that of whoever knows its roles' passwords."""
    with psycopg.connect(str(owner.warehouse_url), autocommit=True) as connection:
        connection.execute("drop table access.installation")
        connection.execute("comment on role loader is null")
    with pytest.raises(AnotherInstallation, match="has roles with other passwords"):
        schema.prepare(stranger)
    schema.prepare(owner)
    with pytest.raises(AnotherInstallation, match="belongs to another installation"):
        schema.prepare(stranger)


def test_a_warehouse_whose_keys_are_lost_is_taken_over(
    owner: Settings, stranger: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for newcomer, former in ((stranger, owner), (owner, stranger)):
        monkeypatch.setenv("ADOPT", "yes")
        schema.prepare(newcomer)
        monkeypatch.delenv("ADOPT")
        schema.prepare(newcomer)
        with pytest.raises(AnotherInstallation):
            schema.prepare(former)


def test_the_fingerprint_does_not_give_the_key_away(owner: Settings) -> None:
    kept = str(_everything(owner))
    assert installation.fingerprint(owner) in kept
    assert secrets.pseudonym_key(owner).hex() not in kept
