"""What the pipeline's roles leave in their tables never runs with the administrator's rights."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import psycopg
import pytest

from include.operations.backup import backup, restore
from include.operations.forget import forget
from include.operations.rebuild import refill_ledger
from include.platform import country_offices, postgres, schema
from include.platform.settings import Settings
from tests.publication.clients import connected, rows

#: Takes all rights where it can, also where SET ROLE hides them, and notes who it ran as.
_EVIL = """
create function {schema}.evil() returns boolean language plpgsql as $$
begin
    begin
        insert into {schema}.ran_as values (session_user, current_user);
        if (select rolsuper from pg_roles where rolname = session_user) then
            perform set_config('role', session_user, false);
            execute 'alter role {role} superuser';
        elsif (select rolsuper from pg_roles where rolname = current_user) then
            execute 'alter role {role} superuser';
        end if;
    exception when others then null;
    end;
    return true;
end $$
"""
_TRIGGER = """
create function {schema}.fired() returns trigger language plpgsql as $$
begin
    perform {schema}.evil();
    return case when tg_level = 'ROW' then case when tg_op = 'DELETE' then old else new end end;
end $$
"""


@pytest.fixture(scope="module")
def attacked(copy: Settings) -> Settings:
    """The copy, with traps in whatever loader and transformer own."""
    for role, home, schemas in (
        ("loader", "ops", ("registry", "ops", "raw")),
        ("transformer", "restricted", ("reference", "candidate_marts", "candidate_restricted", "marts", "restricted")),
    ):
        with connected(copy, role) as client:
            client.execute(f"create table {home}.ran_as (session_role name, role name)")
            client.execute(f"grant all on {home}.ran_as to public; grant usage on schema {home} to public")
            client.execute(_EVIL.format(schema=home, role=role))
            client.execute(_TRIGGER.format(schema=home))
            tables = client.execute(
                "select format('%%I.%%I', schemaname, tablename) from pg_tables"
                " where schemaname = any (%s) and tableowner = current_user"
                " and tablename not in ('ran_as', 'alembic_version')",
                [list(schemas)],
            ).fetchall()
            assert len(tables) > 5
            for (table,) in tables:
                for when in ("before insert or update or delete", "after insert or update or delete"):
                    for level in ("row", "statement"):
                        name = f"t_{when[:1]}_{level[:1]}"
                        statement = f"create trigger {name} {when} on {table} for each {level}"
                        client.execute(f"{statement} execute function {home}.fired()")
                client.execute(f"alter table {table} add constraint trap check ({home}.evil())")
    with connected(copy, "loader") as client:
        client.execute("""
            create function ops.as_text(raw.enterprises) returns text language plpgsql as
                $$begin perform ops.evil(); return 'x'; end$$;
            create cast (raw.enterprises as text) with function ops.as_text(raw.enterprises) as implicit;
        """)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            client.execute("create function public.lower(name) returns text language sql as $$select 'x'$$")
    return copy


def _superusers(settings: Settings) -> list[str]:
    return [name for (name,) in rows(settings, "administrator", "select rolname from pg_roles where rolsuper")]


def _ran_as(settings: Settings) -> set[str]:
    """Roles that traps sprang upon, those of the sessions included that may become what they were; forgets them."""
    with connected(settings, "administrator") as client:
        found = client.execute("select * from ops.ran_as union select * from restricted.ran_as").fetchall()
        client.execute("truncate ops.ran_as, restricted.ran_as")
    return {role for pair in found for role in pair} - {"trapped"}


_LEAST = {"loader", "transformer"}


def _assert_harmless(settings: Settings) -> set[str]:
    """No role has more rights than before; returns the roles that traps sprang upon."""
    ran = _ran_as(settings)
    superusers = _superusers(settings)
    with connected(settings, "administrator") as client:  # so that each test speaks for itself
        client.execute("alter role loader nosuperuser; alter role transformer nosuperuser")
    assert superusers == ["administrator"]
    assert ran <= _LEAST
    return ran


def test_the_trap_would_work(attacked: Settings) -> None:
    """Otherwise the others say nothing."""
    for statement in (
        "update ops.submission set file_name = file_name",
        "set role loader; update ops.submission set file_name = file_name",
        "select e::text from raw.enterprises as e limit 1",
    ):
        with connected(attacked, "administrator") as client:
            for one in statement.split("; "):
                client.execute(one)
        assert set(_superusers(attacked)) == {"administrator", "loader"}, statement
        with connected(attacked, "administrator") as client:
            client.execute("alter role loader nosuperuser")
    _ran_as(attacked)


def test_preparing(attacked: Settings) -> None:
    with connected(attacked, "transformer") as client:
        client.execute("alter table marts.dim_isic disable row level security")
    schema.prepare(attacked)
    _assert_harmless(attacked)
    (protected,) = rows(
        attacked, "administrator", "select relrowsecurity from pg_class where oid = 'marts.dim_isic'::regclass"
    )
    assert protected == (True,)


def test_erasing(attacked: Settings) -> None:
    (key,) = rows(
        attacked, "me_officer", "select min(enterprise_key) from restricted.enterprise where tax_id_is_valid"
    )[0]
    assert forget(attacked, key).rows
    assert _assert_harmless(attacked) == _LEAST


def test_a_registry_that_is_a_view(attacked: Settings) -> None:
    """What policies and grant-country ask of it, it answers as its owner."""
    with connected(attacked, "loader") as client:
        client.execute("alter table registry.projects rename to projects_kept")
        client.execute("create view registry.projects as select * from registry.projects_kept where ops.evil()")
    try:
        country_offices.grant_country(attacked, "PE", "trapped")
        _assert_harmless(attacked)
        for mart in ("dim_project", "dim_enterprise"):
            (count,) = rows(
                attacked,
                "trapped",
                "set default_transaction_read_only = off",  # or the trap could leave no note
                f"select count(*) from marts.{mart}",
            )[0]
            assert count > 0
            assert _assert_harmless(attacked) == {"loader"}
        country_offices.revoke_country(attacked, "trapped")
        _assert_harmless(attacked)
    finally:
        with connected(attacked, "loader") as client:
            client.execute("drop view registry.projects")
            client.execute("alter table registry.projects_kept rename to projects")


def test_backing_up_and_restoring(attacked: Settings, programme: Settings, tmp_path: Path) -> None:
    saved = backup(attacked, tmp_path / "warehouse.tar")
    _assert_harmless(attacked)
    elsewhere = dataclasses.replace(programme, state=tmp_path.resolve() / "state")
    try:
        restore(elsewhere, saved)
        assert "loader" in _assert_harmless(elsewhere)  # the constraints are checked while rows come back
    finally:
        postgres.stop(elsewhere)


def test_rebuilding(attacked: Settings) -> None:
    assert refill_ledger(attacked, replace=True).deliveries
    assert "loader" in _assert_harmless(attacked)
