"""What a country office's reader is answered by the datasets of the dashboards: its own country's rows alone.

The half of the attack that needs no Superset (``attacks.py`` has the other): what the database itself holds back.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from include.dashboards import assets, fit
from include.operations.page_mail import run
from include.platform import country_offices
from include.platform.settings import Settings
from tests.publication.clients import connected

COUNTRY, LOGIN = "PE", "dashboards_office"
SQL = {
    name.removeprefix(fit.FOLDER).removesuffix("_es.yaml"): content["sql"].replace("%", "%%")
    for name, content in assets.make("postgresql://").files.items()
    if name.startswith(fit.FOLDER) and name.endswith("_es.yaml")
}
#: Datasets in which the programme's reader sees other countries.
OF_COUNTRIES = {"figures", "beside", "changes", "deliveries", "evidence", "findings", "results", "summary", "overlap"}


@pytest.fixture(scope="module")
def office(programme: Settings) -> Iterator[str]:
    country_offices.grant_country(programme, COUNTRY, LOGIN)
    yield LOGIN
    country_offices.revoke_country(programme, LOGIN)


@pytest.fixture(scope="module")
def foreign(programme: Settings) -> str:
    """A pattern of what only other countries' rows have: codes of projects, codes and names of countries as scopes."""
    others = """
        select string_agg(word, '|') from (
            select project_code || '\\M' as word from marts.dim_project where country <> %(country)s
            union all
            select 'country:' || country from marts.dim_country where country <> %(country)s
        ) as said
    """
    with connected(programme, "administrator") as client:
        (found,) = client.execute(others, {"country": COUNTRY}).fetchone() or (None,)
    assert found, "all projects are of one country: nothing of others could be seen"
    return str(found)


def _shown(client: psycopg.Connection, name: str, foreign: str) -> tuple[int, int]:
    """How many rows a dataset has for whoever asks, and how many of them say something of other countries."""
    counted = f"select count(*), count(*) filter (where dataset::text ~ %s) from ({SQL[name]}) as dataset"
    return client.execute(counted, [foreign]).fetchone() or (0, 0)


@pytest.mark.parametrize("name", sorted(SQL))
def test_an_offices_reader_sees_rows_of_its_country_alone(
    name: str, programme: Settings, office: str, foreign: str
) -> None:
    with connected(programme, office) as client:
        assert _shown(client, name, foreign)[1] == 0


def test_the_programmes_reader_sees_rows_of_others(programme: Settings, foreign: str) -> None:
    """By the same look, so that it would have seen them."""
    with connected(programme, "bi_reader") as client:
        seen = {name for name in SQL if _shown(client, name, foreign)[1]}
    assert seen >= OF_COUNTRIES


def test_pages_by_mail_are_drawn_as_the_countrys_login(programme: Settings, office: str) -> None:
    with connected(programme, "administrator") as client:
        logins = client.execute("select login from access.country_office where country = %s", [COUNTRY]).fetchall()
    assert (office,) in logins and (run._offices(programme)[COUNTRY],) in logins
    assert run._published_at(programme) is not None


def test_without_the_policies_an_offices_reader_would_see_rows_of_others(
    programme: Settings, office: str, foreign: str
) -> None:
    """All taken away at once: a dataset joins several tables, and each holds the rows of others back."""
    with connected(programme, "administrator") as client, client.transaction(force_rollback=True):
        guarded = client.execute(
            "select relname from pg_class where relnamespace = 'marts'::regnamespace and relrowsecurity"
        ).fetchall()
        assert len(guarded) > 20
        for (table,) in guarded:
            off = sql.SQL("alter table marts.{} disable row level security").format(sql.Identifier(table))
            client.execute(off)
        client.execute(sql.SQL("set local session authorization {}").format(sql.Identifier(office)))
        assert {name for name in SQL if _shown(client, name, foreign)[1]} >= OF_COUNTRIES


def test_an_offices_reader_writes_nothing_and_reads_no_names(programme: Settings, office: str) -> None:
    refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    for statement in (
        "update marts.dim_project set title = 'x'",
        "select max(enterprise_name) from restricted.enterprise_names",
        "select count(*) from ops.submission",
        "set role bi_reader",
        "alter table marts.kpi_headline disable row level security",
    ):
        with connected(programme, office) as client, pytest.raises(refused):
            client.execute(statement)
