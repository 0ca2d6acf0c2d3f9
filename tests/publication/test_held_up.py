"""What readers can do to hold up a night: take its lock, keep a table, use up connections, spoil their own logins."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import psycopg
import pytest
import sqlalchemy as sa

from include.platform import country_offices, database, processes, readers, schema, secrets
from include.platform.settings import Settings
from include.platform.step_lock import step_lock
from include.stage1_registry.night import begin_night
from tests.publication.clients import connected, rows

WRITABLE = "set default_transaction_read_only = off"
LOGINS = ("bi_reader", "me_officer", "bi_pe")


@pytest.fixture(scope="module", autouse=True)
def office(programme: Settings) -> Iterator[None]:
    country_offices.grant_country(programme, "PE")
    yield
    country_offices.revoke_country(programme, "bi_pe")


@pytest.fixture
def transformer(programme: Settings) -> Iterator[sa.Engine]:
    engine = database.engine(programme, "transformer")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("login", LOGINS)
def test_no_reader_can_take_the_turn_of_a_step(programme: Settings, transformer: sa.Engine, login: str) -> None:
    with ThreadPoolExecutor(1) as pool, connected(programme, login) as reader:
        reader.execute(WRITABLE)
        reader.execute(f"select pg_advisory_lock({0x616C696E76})")  # steps once took turns by this number
        reader.execute("begin")
        for mode in ("row share", "exclusive", "access exclusive"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"lock table ops.step_lock in {mode} mode")
            reader.execute("rollback; begin")
        if login == "me_officer":  # who reads ``ops`` may keep what every reader of a table keeps
            reader.execute("select * from ops.step_lock")

        def step() -> bool:
            with step_lock(transformer):
                return True

        assert pool.submit(step).result(30)


def test_steps_take_turns_and_hold_nothing_back(programme: Settings, transformer: sa.Engine) -> None:
    """A step of hours must not keep the server from clearing up, as a transaction with a snapshot would."""
    loader = database.engine(programme, "loader")
    waiting = "select count(*) from pg_locks where relation = 'ops.step_lock'::regclass and not granted"
    with ThreadPoolExecutor(1) as pool:
        with step_lock(transformer):
            held = rows(
                programme,
                "administrator",
                "select backend_xid, backend_xmin from pg_stat_activity as a inner join pg_locks as l on l.pid = a.pid"
                " where l.relation = 'ops.step_lock'::regclass",
            )
            other = pool.submit(lambda: step_lock(loader).__enter__())
            assert processes.wait_until(lambda: rows(programme, "administrator", waiting) == [(1,)], 30)
            assert not other.done()
        other.result(30)
    loader.dispose()
    assert held == [(None, None)]


def test_a_reader_that_keeps_a_table_is_sent_away(
    programme: Settings, transformer: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new column needs the table for a moment, and a transaction that looks at it would keep it for ever."""
    monkeypatch.setattr(readers, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(readers, "PATIENCE", "0.5 seconds")
    with ExitStack() as stack:
        looking = [stack.enter_context(connected(programme, login)) for login in LOGINS]
        for reader in looking:
            reader.execute("begin")
            reader.execute("select count(*) from marts.dim_project")
        with step_lock(transformer), transformer.begin() as connection:
            connection.execute(sa.text("set local lock_timeout = '20s'"))
            connection.execute(sa.text("alter table marts.dim_project add column of_tonight int"))
            connection.execute(sa.text("alter table marts.dim_project drop column of_tonight"))
        for reader in looking:
            with pytest.raises(psycopg.OperationalError):
                reader.execute("select 1")


def test_who_keeps_nobody_waiting_stays(programme: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with connected(programme, "bi_reader") as reader, connected(programme, "loader") as loader:
        reader.execute("begin")
        reader.execute("select count(*) from marts.dim_project")
        assert loader.execute("select access.end_readers_in_the_way('0 seconds')").fetchall() == []
        reader.execute("select 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(programme, "bi_reader", "select access.end_readers_in_the_way('0 seconds')")


def test_readers_leave_the_pipeline_its_connections(programme: Settings) -> None:
    """Nobody takes more than his share, the shares leave the reserve, and the reserve is for the pipeline alone."""
    many = [f"office_{number}" for number in range(6)]
    shares = "select sum(rolconnlimit)::int, min(rolconnlimit) from pg_roles where rolname = any (%s)"
    with ExitStack() as stack:
        for login in many:
            country_offices.grant_country(programme, "PE", login)
            stack.callback(country_offices.revoke_country, programme, login)
        administrator = stack.enter_context(connected(programme, "administrator"))
        row = administrator.execute(shares, [[*LOGINS, *many]]).fetchone()
        assert row is not None
        together, share = row
        most = int(administrator.execute("show max_connections").fetchone()[0])  # type: ignore[index]
        assert together <= most - readers.PIPELINE_CONNECTIONS
        assert 10 <= share < readers.READING_CONNECTIONS
        administrator.execute("alter role bi_pe connection limit -1")  # as if there were no shares
        assert "remaining connection slots are reserved" in _fill(stack, programme, "bi_pe", most)
        for role in ("loader", "transformer"):
            stack.enter_context(connected(programme, role))
        stack.enter_context(closing(psycopg.connect(database.plain(database.airflow_url(programme)))))
    with ExitStack() as stack:
        assert "too many connections for role" in _fill(stack, programme, "bi_reader", share + 1)
    schema.prepare(programme)
    assert _limits(programme, "bi_pe") == [readers.READING_CONNECTIONS]


def _fill(stack: ExitStack, settings: Settings, login: str, most: int) -> str:
    """Open sessions of the login until one is refused; how it is."""
    try:
        for _ in range(most):
            stack.enter_context(connected(settings, login))
    except psycopg.OperationalError as refused:
        return str(refused)
    return ""


def _limits(settings: Settings, login: str) -> list[int]:
    """The number of sessions the login may have."""
    query = f"select rolconnlimit from pg_roles where rolname = '{login}'"
    return [limit for (limit,) in rows(settings, "administrator", query)]


SPOILT = (
    "alter role {} set row_security = off",
    "alter role {} set statement_timeout = 0",
    "alter role {} in database warehouse set search_path = nowhere",
)


@pytest.mark.parametrize("login", LOGINS)
def test_a_night_puts_back_what_a_login_changed_of_itself(programme: Settings, login: str) -> None:
    with connected(programme, login) as reader:
        reader.execute(WRITABLE)
        for spoilt in SPOILT:
            reader.execute(spoilt.format(login))
    begin_night(programme, "putting back")
    with connected(programme, "loader") as loader:
        said = loader.execute("select subject from ops.night_warning where night_id = 'putting back'").fetchall()
        loader.execute("delete from ops.night_warning where night_id = 'putting back'")
        loader.execute("delete from ops.night where night_id = 'putting back'")
    assert said == [(login,)]
    shown = (
        "select current_setting('row_security'), current_setting('statement_timeout'), current_setting('search_path')"
    )
    assert rows(programme, login, shown) == [("on", "10min", '"$user", public')]
    assert rows(programme, login, "show temp_file_limit") == [(readers.READING_DISK,)]


def test_a_start_puts_back_a_country_offices_password(programme: Settings) -> None:
    with connected(programme, "bi_pe") as reader:
        reader.execute(WRITABLE)
        reader.execute("alter role bi_pe password 'mine'")
    schema.prepare(programme)
    address = database.url(programme).set(username="bi_pe", password=secrets.password(programme, "bi_pe"))
    psycopg.connect(database.plain(address)).close()
