"""A country office's login sees its own projects' rows, whatever it tries."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from include.contract.model import read_csv
from include.platform import country_offices, database, row_security, schema
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage6_publication.promote import promote
from tests.publication.clients import connected, rows


@pytest.fixture(scope="module")
def office(programme: Settings) -> Iterator[str]:
    """The login of Peru's office; there are offices of Brazil and Colombia beside it."""
    for country in ("PE", "BR", "CO"):
        country_offices.grant_country(programme, country)
    yield "bi_pe"
    for login in ("bi_pe", "bi_br", "bi_co"):
        country_offices.revoke_country(programme, login)


@pytest.fixture(scope="module")
def projects(programme: Settings) -> dict[str, set[str]]:
    """Country -> its projects, as the office's folder says."""
    found: dict[str, set[str]] = {}
    for row in read_csv(programme.registry / "projects.csv"):
        found.setdefault(row["country"], set()).add(row["project_code"])
    return found


def _marts(settings: Settings) -> dict[str, set[str]]:
    """Relation of the marts -> its columns."""
    found = rows(
        settings,
        "administrator",
        """
        select c.relname, array_agg(a.attname::text) from pg_class as c
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'marts'::regnamespace and c.relkind in ('r', 'v') group by 1
        """,
    )
    return {name: set(columns) for name, columns in found}


@pytest.mark.parametrize("country", ["PE", "BR", "CO"])
def test_every_mart_shows_the_offices_own_rows_and_all_of_them(
    programme: Settings, office: str, projects: dict[str, set[str]], country: str
) -> None:
    login, own = f"bi_{country.lower()}", projects[country]
    marts = _marts(programme)
    assert len(marts) > 30
    empty = []
    for mart, columns in marts.items():
        listed = ", ".join(f"'{code}'" for code in sorted(own))
        scopes = f"((scope_type, scope_code) = ('country', '{country}') or scope_code in ({listed}))"
        if mart == "figure_change":  # a figure's first publication is no delivery's
            condition = f"{scopes} and (project_code is null or project_code in ({listed}))"
        elif mart == "set_aside_report":
            condition = f"{scopes} and project_code in ({listed}) and counting_project_code in ({listed})"
        elif {"scope_type", "scope_code"} <= columns and "project_code" not in columns:
            condition = scopes
        elif projects_of := [column for column in columns if column.endswith("project_code")]:
            condition = " and ".join(f"{column} in ({listed})" for column in projects_of)
        elif "enterprise_key" in columns:
            condition = (
                f"enterprise_key in (select enterprise_key from restricted.enterprise where project_code in ({listed}))"
            )
        else:
            condition = "true"
        every = f"select t::text from marts.{mart} as t"
        expected = rows(programme, "administrator", f"{every} where {condition} order by 1")
        assert rows(programme, login, f"{every} order by 1") == expected, mart
        empty += [mart] if not expected else []
    assert not {"kpi_headline", "kpi_evidence", "counted_row", "dim_project", "dim_enterprise"} & set(empty)


def test_who_reads_the_whole_programme_sees_every_row(programme: Settings) -> None:
    for mart in _marts(programme):
        count = f"select count(*) from marts.{mart}"
        everything = rows(programme, "administrator", count)
        assert rows(programme, "bi_reader", count) == everything, mart
        assert rows(programme, "me_officer", count) == everything, mart


#: Statements whose rows must name no project but the office's own.
READING = {
    "every project": ["select project_code from marts.dim_project"],
    "as the group": ["set role country_office", "select project_code from marts.dim_project"],
    "with the country of another": ["set access.country = 'CO'", "select project_code from marts.dim_project"],
    "prepared": ["prepare p as select project_code from marts.fct_training", "execute p"],
    "prepared before the role": [
        "prepare p as select project_code from marts.fct_training",
        "set role country_office",
        "execute p",
    ],
    "a cursor": ["begin", "declare c cursor for table marts.dim_project", "fetch all from c"],
    "a sample": ["select project_code from marts.fct_submission tablesample system (100)"],
    "by place": ["select project_code from marts.dim_project where ctid < '(9,0)'"],
    "results": ["select distinct project_code from marts.fct_result"],
    "results of every scope": ["select distinct project_code, scope_key from marts.fct_result_in_scope"],
    "whose report was set aside": ["select project_code, counting_project_code from marts.set_aside_report"],
    "through a view": ["select distinct project_code, submission_id from marts.kpi_evidence"],
    "two projects side by side": ["select project_code, other_project_code from marts.project_overlap"],
    "what policies ask": ["select access.own_projects()"],
    "an operator that is not leak-proof": ["select project_code from marts.dim_project where project_code ~ 'CO'"],
    "another function of the same name": [
        "set search_path = pg_temp, marts, public",
        "select project_code from dim_project",
    ],
    "statistics": ["select most_common_vals::text, histogram_bounds::text from pg_stats where schemaname = 'marts'"],
    "a plan": ["explain (analyze, verbose) select * from marts.dim_project"],
}


@pytest.mark.parametrize("statements", READING.values(), ids=READING.keys())
def test_no_other_project_is_read(
    programme: Settings, office: str, projects: dict[str, set[str]], statements: list[str]
) -> None:
    foreign = set().union(*projects.values()) - projects["PE"]
    assert len(foreign) >= 3
    rows(programme, "administrator", "analyze marts.dim_project, marts.fct_training, marts.fct_submission")
    read = str(rows(programme, office, *statements))
    assert [code for code in foreign if code in read] == []


def test_copy_gives_the_same_rows(programme: Settings, office: str, projects: dict[str, set[str]]) -> None:
    with connected(programme, office) as client, client.cursor().copy("copy marts.dim_project to stdout") as copied:
        read = b"".join(bytes(block) for block in copied).decode()
    assert {line.split("\t")[0] for line in read.splitlines()} == projects["PE"]


LEAKY = {
    "division": "1 / (case when {foreign} then 0 else 1 end) = 1",
    "cast": "case when {foreign} then cast('CO: ' || project_code as integer) = 1 else true end",
    "casting every value": "cast(replace(project_code, 'PE-', '') as integer) > 0",
    "regular expression": "project_code ~ (case when {foreign} then '(' else 'P' end)",
}


@pytest.mark.parametrize("condition", LEAKY.values(), ids=LEAKY.keys())
@pytest.mark.parametrize(
    "mart", ["dim_project", "kpi_green_jobs", "kpi_evidence", "fct_submission", "fct_result", "fct_result_in_scope"]
)
def test_an_error_tells_nothing_of_rows_that_are_not_shown(
    programme: Settings, office: str, mart: str, condition: str
) -> None:
    """The condition fails on every foreign row, so it must never be asked of one."""
    leak = condition.format(foreign="project_code not like 'PE%'")
    query = f"select project_code from marts.{mart} where {leak}"
    with pytest.raises(psycopg.Error):
        rows(programme, "bi_reader", query)
    assert rows(programme, office, query)


@pytest.mark.parametrize(
    ("attack", "refusal"),
    [
        (["set role bi_reader"], "permission denied to set role"),
        (["set role me_officer"], "permission denied to set role"),
        (["set role bi_co"], "permission denied to set role"),
        (["set row_security = off", "select * from marts.dim_project"], "would be affected by row-level security"),
        (["select * from access.country_office"], "permission denied"),
        (["update access.country_office set country = 'CO'"], "permission denied|read-only"),
        (
            ["create or replace function access.own_country() returns text language sql as $$select 'CO'$$"],
            "permission",
        ),
        (["drop policy country_office on marts.dim_project"], "must be owner"),
        (["create policy mine on marts.dim_project using (true)"], "must be owner"),
        (["alter role bi_pe bypassrls"], "permission denied to alter role"),
        (["grant bi_reader to bi_pe"], "permission denied to grant role"),
        (["create temporary view mine as select * from marts.dim_project"], "permission denied"),
        (["select * from restricted.enterprise"], "permission denied"),
        (["select * from registry.projects"], "permission denied"),
        (["select * from candidate_marts.dim_project"], "permission denied"),
        (["create table marts.mine (one integer)"], "permission denied"),
    ],
    ids=str,
)
def test_an_attack_is_refused(programme: Settings, office: str, attack: list[str], refusal: str) -> None:
    with pytest.raises(psycopg.Error, match=refusal):
        rows(programme, office, "set default_transaction_read_only = off", *attack)


def test_policies_come_with_a_table_in_the_same_transaction(programme: Settings, office: str) -> None:
    """A mart nobody has said anything about is closed to country offices; one with projects shows its own."""
    engine = database.engine(programme, "transformer")
    made = {"with_projects": "project_code", "without": "code"}
    try:
        with engine.begin() as connection:
            for table, key in made.items():
                connection.execute(sa.text(f"create table candidate_marts.{table} ({key} text primary key)"))
                connection.execute(sa.text(f"insert into candidate_marts.{table} values ('PE-01'), ('CO-01')"))
        promote(engine)
        assert rows(programme, office, "select * from marts.with_projects") == [("PE-01",)]
        assert rows(programme, office, "select * from marts.without") == []
        assert len(rows(programme, "bi_reader", "select * from marts.without")) == 2
        with engine.begin() as connection:  # made anew in another shape
            connection.execute(sa.text("drop table candidate_marts.with_projects"))
            connection.execute(
                sa.text("create table candidate_marts.with_projects (n int primary key, project_code text)")
            )
            connection.execute(sa.text("insert into candidate_marts.with_projects values (1, 'PE-01'), (2, 'CO-01')"))
            connection.execute(sa.text("alter table marts.with_projects rename column project_code to gone"))
        promote(engine)
        assert rows(programme, office, "select * from marts.with_projects") == [(1, "PE-01")]
    finally:
        with engine.begin() as connection:
            for table in made:
                connection.execute(sa.text(f"drop table if exists candidate_marts.{table}, marts.{table}"))
        engine.dispose()


def test_every_mart_is_open_or_by_project_scope_or_enterprise(programme: Settings) -> None:
    closed = [
        name for name, columns in _marts(programme).items() if row_security.visible_rows(name, columns) == "false"
    ]
    assert closed == []
    assert _marts(programme).keys() >= row_security.OPEN


def test_a_policy_is_made_anew_only_where_its_condition_changed(programme: Settings) -> None:
    engine = database.engine(programme, "transformer")
    with engine.begin() as connection:
        assert row_security.protect_marts(connection) == []
        connection.execute(sa.text("comment on policy country_office on marts.dim_project is 'of yesterday'"))
        connection.execute(sa.text("alter table marts.dim_isic disable row level security"))
        assert row_security.protect_marts(connection) == ["dim_isic", "dim_project"]
    engine.dispose()


def test_a_table_of_the_administrators_is_closed_too(programme: Settings, office: str) -> None:
    """The transformer cannot give it policies: preparing does, before anybody is let in."""
    with connected(programme, "administrator") as client:
        client.execute("create table marts.by_hand (project_code text); insert into marts.by_hand values ('CO-01')")
    try:
        schema.prepare(programme)
        assert rows(programme, office, "select * from marts.by_hand") == []
        assert rows(programme, "bi_reader", "select * from marts.by_hand") == [("CO-01",)]
    finally:
        with connected(programme, "administrator") as client:
            client.execute("drop table marts.by_hand")


def test_a_login_changes_country_and_goes(programme: Settings) -> None:
    own = "select distinct country from marts.dim_project"
    address = country_offices.grant_country(programme, "CO", "oficina")
    assert address.username == "oficina"
    assert rows(programme, "oficina", own) == [("CO",)]
    assert country_offices.grant_country(programme, "BR", "oficina") == address
    with connected(programme, "oficina") as client:
        assert client.execute(own).fetchall() == [("BR",)]
        country_offices.revoke_country(programme, "oficina")
        with pytest.raises(psycopg.OperationalError):
            client.execute(own)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(database.plain(address))
    assert not (programme.secrets / "oficina_password").exists()


@pytest.mark.parametrize(
    ("country", "login", "reason"),
    [
        ("XX", None, r"No project is of country 'XX'\. There are: BR, CO, PE"),
        ("PE", "bi_reader", "already, for something else"),
        ("PE", "administrator", "already, for something else"),
        ("PE", "country_office", "already, for something else"),
        ("PE", 'x"; drop role loader; --', "has to be of small letters"),
        ("PE", "pg_monitor", "has to be of small letters"),
    ],
)
def test_a_login_that_cannot_be_is_named(programme: Settings, country: str, login: str | None, reason: str) -> None:
    with pytest.raises(PlatformError, match=reason):
        country_offices.grant_country(programme, country, login)
    with pytest.raises(PlatformError, match="no country office's login"):
        country_offices.revoke_country(programme, "me_officer")
