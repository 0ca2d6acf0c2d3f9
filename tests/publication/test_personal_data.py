"""What somebody with the password of ``bi_reader`` can get at: nothing personal, nothing to write on."""

from __future__ import annotations

import psycopg
import pytest

from include.platform import database, readers, roles, schema
from include.platform.settings import Settings
from tests.personal import found
from tests.publication.clients import connected, rows

WRITABLE = "set default_transaction_read_only = off"


def test_no_relation_a_reader_may_select_from_holds_a_personal_datum(programme: Settings) -> None:
    """Catalogues, statistics, comments, other sessions' queries and marts alike, row by row."""
    with connected(programme, "administrator") as administrator:
        administrator.execute("analyze raw.enterprises, raw.cover")
        names = "select legal_name, tax_id from raw.enterprises union select submitted_by, contact_email from raw.cover"
        personal = {value for row in administrator.execute(names) for value in row if value and len(value) > 6}
        kept = administrator.execute("select array_agg(s::text)::text from pg_stats as s").fetchone()
    assert len(personal) > 100
    assert kept and found(personal, kept[0]), "statistics do hold what readers must not see"
    seen = 0
    with connected(programme, "loader") as loader, connected(programme, "bi_reader") as reader:
        loader.execute(
            "select 1 from raw.enterprises where legal_name = %s", [min(personal)]
        )  # now in pg_stat_activity
        relations = reader.execute("""
            select c.oid::regclass::text from pg_class as c
            where c.relkind in ('r', 'v', 'm', 'p', 'f') and has_table_privilege(c.oid, 'select')
                and has_schema_privilege(c.relnamespace, 'usage') order by 1
        """).fetchall()
        assert len(relations) > 150
        for (relation,) in relations:
            try:
                text = "\n".join(row[0] or "" for row in reader.execute(f"select t::text from {relation} as t"))
            except psycopg.Error as refused:
                text = str(refused)
            seen += len(text)
            assert found(personal, text) == [], relation
    assert seen > 1_000_000


def test_no_function_lends_a_reader_the_rights_of_another(programme: Settings) -> None:
    lending = """
        select p.oid::regprocedure::text from pg_proc as p
        where p.prosecdef and has_function_privilege(p.oid, 'execute') order by 1
    """
    # The moment of the last switch alone.
    assert rows(programme, "bi_reader", lending) == [("access.published_at()",)]
    assert rows(programme, "bi_reader", "select extname from pg_extension") == [("plpgsql",)]


@pytest.mark.parametrize(
    ("attack", "refusal"),
    [
        # other roles
        ("set role loader", "permission denied to set role"),
        ("set role me_officer", "permission denied to set role"),
        ("set session authorization administrator", "permission denied to set session authorization"),
        ("grant loader to bi_reader", "permission denied to grant role"),
        ("alter role bi_reader superuser", "permission denied to alter role"),
        ("create role mine", "permission denied to create role"),
        ("select * from pg_authid", "permission denied"),
        ("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'loader'", "permission denied"),
        # other schemas
        ("set search_path = raw; select * from enterprises", "does not exist"),
        ("explain select * from raw.enterprises", "permission denied"),
        ("prepare p as select * from raw.enterprises", "permission denied"),
        ("do $$ begin perform legal_name from raw.enterprises; end $$", "permission denied"),
        ("select query_to_xml('select * from raw.enterprises', true, true, '')", "permission denied"),
        ("copy raw.enterprises to stdout", "permission denied"),
        ("select * from candidate_marts.kpi_headline", "permission denied"),
        ("select * from candidate_restricted.enterprise", "permission denied"),
        ("select * from restricted.row_as_received", "permission denied"),
        ("select * from ops.night", "permission denied"),
        ("select * from access.country_office", "permission denied"),
        ("select * from pg_statistic", "permission denied"),
        # the server
        ("copy marts.kpi_headline to program 'cat'", "permission denied to COPY to or from an external program"),
        ("copy (select 1) to '/tmp/stolen'", "permission denied to COPY to a file"),
        ("select pg_read_file('/etc/passwd')", "permission denied"),
        ("select pg_ls_dir('.')", "permission denied"),
        ("select lo_import('/etc/passwd')", "permission denied"),
        ("create extension dblink", "permission denied|not available"),
        ("create extension postgres_fdw", "permission denied|not available"),
        ("load 'plpgsql'", "access to library|permission denied"),
        ("set temp_file_limit = -1", "permission denied to set parameter"),
        # something of one's own, in anybody's way
        ("create temporary table mine (one integer)", "permission denied to create temporary tables"),
        ("create schema mine", "permission denied for database"),
        ("create view public.mine as select 1", "permission denied for schema public"),
        ("create view marts.mine as select 1", "permission denied for schema marts"),
        ("create function pg_temp.f() returns int language sql as 'select 1'", "permission denied"),
        ("select lo_from_bytea(0, 'kept')", "permission denied for function"),
        ("select lo_create(0)", "permission denied for function"),
        ("select pg_logical_emit_message(false, 'kept', 'kept')", "permission denied for function"),
        ("select 1 into marts.mine", "permission denied for schema marts"),
        ("delete from marts.kpi_headline", "permission denied"),
        ("truncate marts.kpi_headline", "permission denied"),
        ("lock table marts.kpi_headline in access exclusive mode", "permission denied"),
        ("select * from marts.kpi_headline for update", "permission denied"),
        ("comment on table marts.kpi_headline is 'mine'", "must be owner"),
        ("alter table marts.kpi_headline disable row level security", "must be owner"),
        ("alter view marts.kpi_evidence set (security_invoker = false)", "must be owner"),
        ("create policy mine on marts.kpi_headline using (true)", "must be owner"),
        ("create index on marts.kpi_headline (kpi)", "must be owner"),
        ("create publication mine for all tables", "permission denied|must be superuser"),
        ("create statistics mine on kpi, unit from marts.kpi_headline", "must be owner|permission denied"),
    ],
)
def test_an_attack_is_refused(programme: Settings, attack: str, refusal: str) -> None:
    """Each with the read-only default lifted first, as an attacker would."""
    with connected(programme, "loader"), connected(programme, "bi_reader") as reader:
        reader.execute(WRITABLE)
        with pytest.raises(psycopg.Error, match=refusal), reader.transaction():
            _attempt(reader, attack)


def _attempt(reader: psycopg.Connection, attack: str) -> None:
    if attack.endswith("to stdout"):
        with reader.cursor().copy(attack) as copied:
            list(copied)
    else:
        reader.execute(attack)


@pytest.mark.parametrize("name", ["postgres", "template1", "airflow"])
def test_no_other_database_is_entered(programme: Settings, name: str) -> None:
    address = database.url(programme, "bi_reader").set(database=name)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database.plain(address))


def test_an_accident_is_refused_before_any_right_is_asked(programme: Settings) -> None:
    with connected(programme, "bi_reader") as reader:
        shown = {name: reader.execute(f"show {name}").fetchone() for name in readers.READING_SESSIONS}
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("delete from marts.kpi_headline")
    assert shown == {name: (value,) for name, value in readers.READING_SESSIONS.items()}
    assert rows(programme, "bi_reader", "show temp_file_limit") == [(readers.READING_DISK,)]


def test_what_a_reader_changed_of_its_own_role_is_put_back(programme: Settings) -> None:
    """Every role may change its own password and defaults; the next start of anything undoes it."""
    with connected(programme, "bi_reader") as reader:
        reader.execute(WRITABLE)
        reader.execute("alter role bi_reader password 'mine'")
        reader.execute("alter role bi_reader set statement_timeout = 0")
        reader.execute("alter role bi_reader set default_transaction_read_only = off")
    schema.prepare(programme)
    shown = rows(programme, "bi_reader", "select current_setting('statement_timeout'), pg_is_in_recovery()")
    assert shown == [("10min", False)]
    assert rows(programme, "bi_reader", "show default_transaction_read_only") == [("on",)]


def test_the_pipelines_roles_have_what_they_need_and_no_more(programme: Settings) -> None:
    """Rights of each role on schemas that are not its own, as the catalogue has them."""
    with connected(programme, "administrator") as administrator:
        administrator.execute("grant usage on schema restricted to loader")
        administrator.execute("grant select on all tables in schema restricted to loader")
        administrator.execute("grant insert on ops.finding to transformer")
    schema.prepare(programme)
    held = rows(
        programme,
        "administrator",
        """
        select distinct r.rolname, n.nspname, a.privilege_type
        from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
        cross join lateral aclexplode(c.relacl) as a inner join pg_roles as r on r.oid = a.grantee
        where n.nspname <> 'pg_catalog' and n.nspname <> 'information_schema' and a.grantee <> c.relowner
        """,
    )
    may = {(role, of, "SELECT") for role, schemas in roles.READERS.items() for of in schemas}
    written = {("transformer", "ops", "UPDATE"), ("transformer", "ops", "INSERT")}
    written |= {("transformer", "marts", right) for right in ("SELECT", "INSERT")}  # releases, which only grow
    assert set(held) == may | written | {("loader", "access", "SELECT")}
    assert {of for role, of, _ in held if role == "loader"} == {"reference", "candidate_marts", "access"}
    for right, tables in (("insert", {("closing",)}), ("update", {("step_lock",), ("closing",)})):
        changed = f"select relname from pg_class where has_table_privilege('transformer', oid, '{right}')"
        of_ops = f"{changed} and relkind = 'r' and relnamespace = 'ops'::regnamespace"
        assert set(rows(programme, "administrator", of_ops)) == tables
    assert {of for role, of, _ in held if role == "transformer"} == {"registry", "ops", "raw", "marts"}
