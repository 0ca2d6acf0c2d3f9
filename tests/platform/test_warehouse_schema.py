"""Migrations, roles and privileges, on the session's warehouse and on a server that is not ours."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from include.platform import country_offices, database, postgres, roles, row_security, schema, secrets
from include.platform.errors import PlatformError
from include.platform.migrations.scope import include_name
from include.platform.settings import Settings
from include.platform.tables import metadata
from tests.conftest import make_settings

TABLES = {
    ("transformer", "marts", "kpi_probe"),
    ("transformer", "restricted", "dim_probe"),
    ("transformer", "intermediate", "int_probe"),
    ("transformer", "reference", "seed_probe"),
    ("loader", "work", "work_probe"),
}


@pytest.fixture
def as_role(settings: Settings) -> Callable[[str, str], list[tuple]]:
    """Run one statement as a role in a transaction of its own, and return its rows."""

    def run(role: str, statement: str) -> list[tuple]:
        with psycopg.connect(database.plain(database.url(settings, role))) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def probes(as_role: Callable[[str, str], list[tuple]]) -> Iterator[None]:
    """Tables as dbt would rebuild them, after the privileges were given."""
    for owner, schema_name, name in TABLES:
        as_role(owner, f"CREATE TABLE {schema_name}.{name} AS SELECT 1 AS one")
    yield
    for owner, schema_name, name in TABLES:
        as_role(owner, f"DROP TABLE {schema_name}.{name}")


def test_the_migrations_lead_to_the_tables_of_the_metadata(settings: Settings) -> None:
    engine = database.engine(settings, "loader")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_schemas": True, "include_name": include_name, "compare_server_default": True},
        )
        assert compare_metadata(context, metadata) == []
        made = set(sa.inspect(connection).get_table_names("raw"))
    engine.dispose()
    assert made == {table.name for table in metadata.tables.values() if table.schema == "raw"}


def test_the_migrations_can_be_taken_back_and_applied_again(settings: Settings) -> None:
    own = _beside(settings, _new_database(settings, "back_and_forth"))
    schema.prepare(own)
    command.downgrade(schema.alembic_configuration(own), "base")
    schema.prepare(own)
    with psycopg.connect(database.plain(database.url(own, "loader"))) as connection:
        assert connection.execute("SELECT count(*) FROM ops.finding").fetchone() == (0,)


def test_no_migration_is_written_where_nothing_changed(settings: Settings) -> None:
    assert schema.write_migration(settings, "nothing") is None


def test_everything_is_prepared_again_without_harm(settings: Settings) -> None:
    schema.prepare(settings)
    schema.prepare(settings)


@pytest.mark.usefixtures("probes")
@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("loader", "INSERT INTO ops.finding VALUES ('PE-01-0001', 'J02', 'error', 'jobs')"),
        ("loader", "SELECT * FROM reference.seed_probe"),
        ("transformer", "SELECT * FROM registry.projects, raw.jobs, ops.submission"),
        ("transformer", "CREATE TABLE marts.made AS SELECT 1 AS one; DROP TABLE marts.made"),
        ("bi_reader", "SELECT * FROM marts.kpi_probe"),
        ("me_officer", "SELECT * FROM marts.kpi_probe, restricted.dim_probe, ops.finding"),
    ],
)
def test_a_role_may(role: str, statement: str, as_role: Callable[[str, str], list[tuple]]) -> None:
    as_role(role, statement)


@pytest.mark.usefixtures("probes")
@pytest.mark.parametrize(
    ("role", "statement", "refusal"),
    [
        ("loader", "INSERT INTO marts.kpi_probe VALUES (2)", "permission denied"),
        ("loader", "SELECT * FROM restricted.dim_probe", "permission denied"),
        ("loader", "SELECT * FROM intermediate.int_probe", "permission denied"),
        (
            "transformer",
            "INSERT INTO ops.finding VALUES ('PE-01-0001', 'X01', 'warning', 'totals')",
            "permission denied",
        ),
        ("transformer", "DELETE FROM raw.jobs", "permission denied"),
        ("transformer", "UPDATE ops.submission SET status = 'accepted'", "permission denied"),
        ("transformer", "SELECT * FROM work.work_probe", "permission denied"),
        ("bi_reader", "SELECT * FROM restricted.dim_probe", "permission denied"),
        ("bi_reader", "SELECT * FROM raw.enterprises", "permission denied"),
        ("bi_reader", "SELECT * FROM ops.submission", "permission denied"),
        ("bi_reader", "SELECT * FROM intermediate.int_probe", "permission denied"),
        ("bi_reader", "SET transaction_read_only = off; INSERT INTO marts.kpi_probe VALUES (2)", "permission denied"),
        ("bi_reader", "CREATE TABLE public.mine (one integer)", "read-only"),
        ("bi_reader", "SET transaction_read_only = off; CREATE TABLE public.mine (one integer)", "permission denied"),
        ("bi_reader", "CREATE SCHEMA mine", "read-only"),
        ("me_officer", "SELECT * FROM raw.enterprises", "permission denied"),
        ("me_officer", "UPDATE ops.submission SET status = 'accepted'", "read-only|permission denied"),
    ],
)
def test_a_role_may_not(role: str, statement: str, refusal: str, as_role: Callable[[str, str], list[tuple]]) -> None:
    with pytest.raises(psycopg.Error, match=refusal):
        as_role(role, statement)


@pytest.mark.parametrize("role", database.ROLES)
def test_no_role_of_the_warehouse_enters_airflows_database(settings: Settings, role: str) -> None:
    address = database.url(settings, role).set(database="airflow")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database.plain(address))


def test_airflow_enters_its_own_database_only(settings: Settings) -> None:
    address = database.airflow_url(settings)
    with psycopg.connect(database.plain(address)) as connection:
        connection.execute("CREATE TABLE probe (one integer)")
        connection.rollback()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database.plain(address.set(database=postgres.DATABASE)))


def test_an_external_server_works_the_same_for_an_administrator_who_is_no_superuser(settings: Settings) -> None:
    with psycopg.connect(postgres.connection_string(settings), autocommit=True) as connection:
        connection.execute("CREATE ROLE chief LOGIN CREATEROLE CREATEDB PASSWORD 'p@ss/word'")
        for role in (*database.ROLES, row_security.COUNTRY_OFFICE):
            connection.execute(f"GRANT {role} TO chief WITH ADMIN OPTION")
    address = _new_database(settings, "external", "chief", "p@ss/word")
    own = _beside(settings, address)
    schema.prepare(own)
    reader = database.url(own, "bi_reader")
    assert reader.port == sa.make_url(postgres.connection_string(settings)).port
    with psycopg.connect(database.plain(reader)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("external",)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("INSERT INTO registry.projects VALUES ('PE-01', '-', 'PE', '-', '-', now(), now(), 1)")
    office = country_offices.grant_country(own, "PE", "bi_external")
    with psycopg.connect(database.plain(office)) as connection:
        assert connection.execute("SELECT access.own_projects()").fetchone() == (["PE-01"],)
    country_offices.revoke_country(own, "bi_external")
    assert database.airflow_url(own).database == "external_airflow"
    psycopg.connect(database.plain(database.airflow_url(own))).close()
    assert not (own.postgres / "data").exists()


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("mysql://user@host/db", "has to be postgresql://"),
        ("not a url", "is not a URL"),
        ("postgresql://user:hidden@127.0.0.1:1/db", "cannot be reached"),
    ],
)
def test_an_unusable_external_server_is_named(tmp_path: Path, address: str, complaint: str) -> None:
    with pytest.raises(PlatformError, match=complaint) as caught:
        schema.prepare(make_settings(tmp_path / "state", warehouse_url=address))
    assert "hidden" not in str(caught.value)


def test_an_unknown_role_is_named(settings: Settings) -> None:
    with pytest.raises(PlatformError, match=r"no role 'root'.*bi_reader"):
        database.url(settings, "root")


def test_the_privileges_speak_of_every_schema() -> None:
    assert {schema_name for schemas in roles.READERS.values() for schema_name in schemas} <= set(roles.OWNERS)
    assert set(roles.READERS) == {*database.ROLES, row_security.COUNTRY_OFFICE}


def _beside(settings: Settings, address: str) -> Settings:
    """The same installation on a second database: roles belong to the whole server, and so do their passwords."""
    own = make_settings(Path(tempfile.mkdtemp(dir=settings.state)), warehouse_url=address)
    shutil.copytree(settings.secrets, own.secrets)
    return own


def _new_database(settings: Settings, name: str, owner: str = "administrator", password: str = "") -> str:
    """A second database on the session's server, as the URL of somebody else's server."""
    with psycopg.connect(postgres.connection_string(settings), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER {owner}")
    address = sa.make_url(postgres.connection_string(settings)).set(
        database=name, username=owner, password=password or secrets.password(settings, "administrator")
    )
    return address.render_as_string(hide_password=False)
