-- What people signed: only ever added to. The tables are the administrator's, in a schema that is its own as well, so
-- that neither loader nor transformer can drop them or put others in their place. Run at every start, as the
-- administrator.

create table if not exists marts.release (
    release text primary key,
    period text not null,
    night_id text not null,
    as_of date not null,
    proposed_by text not null,
    approved_by text not null check (approved_by <> proposed_by),
    approved_at timestamptz not null,
    note text,
    code_version text,
    registry_sha256 text,
    reference_sha256 text,
    rules_sha256 text,
    figures_sha256 text not null,
    evidence_sha256 text not null,
    signature text not null
);

create table if not exists marts.release_figure (
    release text not null references marts.release deferrable initially deferred,
    period text not null,
    scope_type text not null,
    scope_code text not null,
    kpi text not null,
    unit text not null,
    claimed numeric,
    valid numeric,
    unique_value numeric,
    evidenced numeric,
    primary key (release, scope_type, scope_code, kpi)
);

-- Whoever owns the table, only the administrator changes or takes away a row; verify-release then tells.
create or replace function access.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if not pg_has_role(current_user, (select nspowner from pg_namespace where nspname = 'access'), 'usage') then
        raise exception 'a release is never changed: close the period again' using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$
;

-- The figures of a release come with it, in its transaction and before it: none is added later.
create or replace function access.refuse_late_figure() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from marts.release as r where r.release in (select a.release from added as a)) then
        raise exception 'the release is signed: no figure is added' using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$
;

create or replace trigger keep before update or delete or truncate on marts.release
for each statement execute function access.refuse_change()
;
create or replace trigger keep before update or delete or truncate on marts.release_figure
for each statement execute function access.refuse_change()
;
create or replace trigger come_with_the_release after insert on marts.release_figure
referencing new table as added
for each statement execute function access.refuse_late_figure()
;

revoke all on marts.release, marts.release_figure from public, loader, bi_reader, me_officer, country_office
;
grant select, insert on marts.release, marts.release_figure to transformer
;
grant select on marts.release, marts.release_figure to bi_reader, me_officer, country_office
;
alter table marts.release enable row level security
;
alter table marts.release_figure enable row level security
;
drop policy if exists pipeline on marts.release
;
drop policy if exists pipeline on marts.release_figure
;
create policy pipeline on marts.release to transformer using (true) with check (true)
;
create policy pipeline on marts.release_figure to transformer using (true) with check (true)
;

-- The nights that published after a moment: readers of the marts have no right to ops.night. Answered with the rights
-- of its owner.
create or replace function access.nights_after(moment timestamptz) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select night_id from ops.night where published_at > moment
$$
;
