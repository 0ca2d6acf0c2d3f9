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
    claimed numeric(24, 6),
    valid numeric(24, 6),
    unique_value numeric(24, 6),
    evidenced numeric(24, 6),
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
$$;

-- The figures of a release come with it, in its transaction and before it: none is added later.
create or replace function access.refuse_late_figure() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from marts.release as r where r.release in (select a.release from added as a)) then
        raise exception 'the release is signed: no figure is added' using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$;

create or replace trigger keep before update or delete or truncate on marts.release
for each statement execute function access.refuse_change();
create or replace trigger keep before update or delete or truncate on marts.release_figure
for each statement execute function access.refuse_change();
create or replace trigger come_with_the_release after insert on marts.release_figure
referencing new table as added
for each statement execute function access.refuse_late_figure();

revoke all on marts.release, marts.release_figure from public, loader, bi_reader, me_officer, country_office;
grant select, insert on marts.release, marts.release_figure to transformer;
grant select on marts.release, marts.release_figure to bi_reader, me_officer, country_office;
alter table marts.release enable row level security;
alter table marts.release_figure enable row level security;
drop policy if exists pipeline on marts.release;
drop policy if exists pipeline on marts.release_figure;
create policy pipeline on marts.release to transformer using (true) with check (true);
create policy pipeline on marts.release_figure to transformer using (true) with check (true);

-- The nights that published after a moment: readers of the marts have no right to ops.night. Answered with the rights
-- of its owner.
create or replace function access.nights_after(moment timestamptz) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select night_id from ops.night where published_at > moment
$$;

-- As dbt's sources say them (dbt_project/models/marts/releases/_releases.yml).
comment on table marts.release is
'Periods that two people have closed. One row a release, for ever; a period that is closed again has '
'another release with the next number.';
comment on column marts.release.release is 'Period and number of the release, such as `2025-S2/1`.';
comment on column marts.release.period is 'Semester that was closed, `YYYY-Sn`.';
comment on column marts.release.night_id is 'Night whose figures were signed.';
comment on column marts.release.as_of is 'Load date of that night.';
comment on column marts.release.proposed_by is 'Who approved first: name in Airflow.';
comment on column marts.release.approved_by is 'Who approved last, another person.';
comment on column marts.release.approved_at is 'When the last approval was given.';
comment on column marts.release.note is 'Why it was closed, above all where it was closed again.';
comment on column marts.release.code_version is 'Software of that night.';
comment on column marts.release.registry_sha256 is
'Hash of the registry''s files of that night, kept in the archive.';
comment on column marts.release.reference_sha256 is
'Hash of the rates, price indices and code lists of that night, kept in the archive.';
comment on column marts.release.rules_sha256 is
'Hash of the rules of that night with their lives, kept in the archive.';
comment on column marts.release.figures_sha256 is
'SHA-256 of the figures, over the text that docs/record.md defines.';
comment on column marts.release.evidence_sha256 is
'SHA-256 of the rows that counted, over the text that docs/record.md defines.';
comment on column marts.release.signature is
'Ed25519 signature of the release''s text in base64; make verify-release checks it.';
comment on table marts.release_figure is
'Every headline figure of a release, of every scope, as it was signed. Never changed: what differs '
'today is in `restatement`.';
comment on column marts.release_figure.release is 'Release the figure was signed in.';
comment on column marts.release_figure.period is 'Semester the figure is as of, `YYYY-Sn`.';
comment on column marts.release_figure.scope_type is
'`programme`, `country` (the enterprise''s), `pillar` (the project''s), `value_chain` (as the report '
'says) or `project`.';
comment on column marts.release_figure.scope_code is
'`all` for the programme, else the country, pillar, value chain or project.';
comment on column marts.release_figure.kpi is
'Indicator, a code of `kpis.md`; its definition does not change from mart to mart.';
comment on column marts.release_figure.unit is '`enterprises`, `people`, `FTE` or `EUR`.';
comment on column marts.release_figure.claimed is 'Sum of declared totals, as signed; see `kpi_headline`.';
comment on column marts.release_figure.valid is 'Sum over reports, each project on its own, as signed.';
comment on column marts.release_figure.unique_value is 'The same with each enterprise once, as signed.';
comment on column marts.release_figure.evidenced is 'The part of unique_value with evidence grade A or B, as signed.';
