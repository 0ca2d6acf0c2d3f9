-- What was published when, why it changed, and what people signed. Each script can be run again.

-- name: releases
-- What people signed: only ever added to. As the administrator: the tables are its own, in a schema that is its own as
-- well, so that neither loader nor transformer can drop them or put others in their place.
set local check_function_bodies = off;
alter schema marts owner to current_user;
grant usage, create on schema marts to transformer;

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
    evidenced numeric(24, 6)
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

-- What reading tools look for: the period's last day and a key of one column. They follow from the rest of the row, for
-- whoever writes it, and are no part of what is signed.
alter table marts.release add column if not exists period_end date generated always as (
    case right(period, 2)
        when 'S1' then make_date(cast(left(period, 4) as integer), 6, 30)
        when 'S2' then make_date(cast(left(period, 4) as integer), 12, 31)
    end
) stored;
alter table marts.release_figure add column if not exists period_end date generated always as (
    case right(period, 2)
        when 'S1' then make_date(cast(left(period, 4) as integer), 6, 30)
        when 'S2' then make_date(cast(left(period, 4) as integer), 12, 31)
    end
) stored,
add column if not exists scope_key text generated always as (scope_type || ':' || scope_code) stored,
add column if not exists release_figure_key text generated always as (
    release || '/' || scope_type || ':' || scope_code || '/' || kpi
) stored;
do $$
begin
    if not exists (
        select from pg_constraint
        where conrelid = to_regclass('marts.release_figure') and contype = 'p' and cardinality(conkey) = 1
    ) then
        alter table marts.release_figure drop constraint if exists release_figure_pkey;
        alter table marts.release_figure add primary key (release_figure_key);
        alter table marts.release_figure add unique (release, scope_type, scope_code, kpi);
    end if;
end
$$;

revoke all on marts.release, marts.release_figure from public, loader, bi_reader, me_officer, country_office;
grant select, insert on marts.release, marts.release_figure to transformer;
grant select on marts.release, marts.release_figure to bi_reader, me_officer, country_office;
alter table marts.release enable row level security;
alter table marts.release_figure enable row level security;
drop policy if exists pipeline on marts.release;
drop policy if exists pipeline on marts.release_figure;
create policy pipeline on marts.release to transformer using (true) with check (true);
create policy pipeline on marts.release_figure to transformer using (true) with check (true);

-- When the marts were last switched: every answer to a reader of the dashboards says so, that a page shows one state.
-- Readers have no right to ops.night; answered with the rights of its owner.
create or replace function access.published_at() returns timestamptz
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select max(published_at) from ops.night
$$;

revoke all on function access.published_at from public;
grant execute on function access.published_at to transformer, bi_reader, me_officer, country_office;
grant usage on schema access to transformer, bi_reader, me_officer, country_office;
-- An administrator of less than all rights has to let it create to give it the function.
grant create on schema access to loader;
alter function access.published_at owner to loader;
revoke create on schema access from loader;

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
'SHA-256 of all figures of the release, written out in one agreed text form; two equal hashes mean equal figures.';
comment on column marts.release.evidence_sha256 is
'SHA-256 of all rows that counted for the release, written out in one agreed text form.';
comment on column marts.release.signature is
'Ed25519 signature of the release''s text in base64, for who has the installation''s public key.';
comment on column marts.release.period_end is 'Last day of period, for tools that want a date.';
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
'Indicator, a code of `dim_kpi`, which defines it; the definition is the same in all marts.';
comment on column marts.release_figure.unit is
'What the signed figure counts or sums: `enterprises`, `people`, `FTE` or `EUR`.';
comment on column marts.release_figure.claimed is 'Sum of declared totals, as signed; see `kpi_headline`.';
comment on column marts.release_figure.valid is 'Sum over reports, each project on its own, as signed.';
comment on column marts.release_figure.unique_value is 'The same with each enterprise once, as signed.';
comment on column marts.release_figure.evidenced is 'The part of unique_value with evidence grade A or B, as signed.';
comment on column marts.release_figure.period_end is 'Last day of period, for tools that want a date.';
comment on column marts.release_figure.scope_key is
'Kind of scope and its code in one, such as `country:PE`; leads to `dim_scope`.';
comment on column marts.release_figure.release_figure_key is
'Key of the row: release, scope and indicator, such as `2025-S2/1/country:PE/green_jobs`.';

-- name: history
-- What was published when, and why it changed: written by each publication. As the transformer. The history of a mart
-- has the mart's columns, of which publication adds those that come later, and the nights between which the row stood.
create table if not exists marts.kpi_headline_history (
    headline_key text,
    period text,
    period_end date,
    scope_key text,
    scope_type text,
    scope_code text,
    kpi text,
    unit text,
    claimed numeric(24, 6),
    valid numeric(24, 6),
    unique_value numeric(24, 6),
    evidenced numeric(24, 6),
    from_night text not null,
    until_night text,
    from_as_of date not null,
    until_as_of date
);
-- Each row that counts says since when it stands; those that were are kept as many together as began and ended with
-- the same nights, a list a column. One by one they took five times the room. The history shows both.
create table if not exists marts.counted_row_ended (
    period text not null,
    project_code text not null,
    from_night text not null,
    until_night text not null,
    from_as_of date not null,
    until_as_of date not null,
    stood jsonb not null
);
do $$
begin
    if to_regclass('marts.counted_row') is not null then
        alter table marts.counted_row add column if not exists from_night text, add column if not exists from_as_of date;
        -- today's rows were kept a second time
        if to_regclass('marts.counted_row_standing') is not null then
            update marts.counted_row as c set from_night = s.from_night, from_as_of = s.from_as_of
            from marts.counted_row_standing as s
            where
                c.period = s.period and c.kpi = s.kpi and c.submission_id = s.submission_id
                and c.row_number = s.row_number and c.project_code = s.project_code;
        end if;
        -- what was published before its past was kept
        update marts.counted_row set from_night = night.night_id, from_as_of = night.as_of
        from (
            select night_id, as_of from ops.night order by published_at desc nulls last, started_at desc limit 1
        ) as night
        where from_night is null;
    end if;
end
$$;
drop table if exists marts.counted_row_standing cascade;
-- before, they were a list of rows
update marts.counted_row_ended as e set
    stood = (
        select jsonb_object_agg(columns.name, columns.cells)
        from (
            select names.name, jsonb_agg(rows_of.cells -> names.name order by rows_of.turn) as cells
            from jsonb_array_elements(e.stood) with ordinality as rows_of (cells, turn)
            cross join (
                select distinct jsonb_object_keys(r.cells) as name from jsonb_array_elements(e.stood) as r (cells)
            ) as names
            group by names.name
        ) as columns
    )
where jsonb_typeof(e.stood) = 'array';

-- One row a key is today's; the past is found by period and indicator.
create unique index if not exists kpi_headline_history_current_idx
on marts.kpi_headline_history (period, scope_type, scope_code, kpi) where until_night is null;
create index if not exists kpi_headline_history_asked_idx on marts.kpi_headline_history (period, kpi);
create index if not exists counted_row_ended_asked_idx on marts.counted_row_ended (period, project_code);

-- When readers got to see a row, and when no more: of two nights of one day, which was later. Nights' names tell not.
do $$
begin
    if not exists (
        select from pg_attribute
        where attrelid = to_regclass('marts.kpi_headline_history') and attname = 'from_published_at'
    ) then
        alter table marts.kpi_headline_history
        add column stretch bigint generated always as identity primary key,
        add column from_published_at timestamptz not null default now(),
        add column until_published_at timestamptz;
        update marts.kpi_headline_history as h set
            from_published_at = coalesce(
                (select n.published_at from ops.night as n where n.night_id = h.from_night), h.from_as_of
            ),
            until_published_at = coalesce(
                (select n.published_at from ops.night as n where n.night_id = h.until_night), h.until_as_of
            );
        alter table marts.counted_row_ended add column stretch bigint generated always as identity primary key;
    end if;
end
$$;

create or replace function marts.kpi_headline_on(day date) returns setof marts.kpi_headline_history
language sql stable parallel safe as $$
    select * from marts.kpi_headline_history where from_as_of <= day and (until_as_of is null or until_as_of > day)
$$;
-- Makes the history of the rows that count, with the columns that they have now.
create or replace procedure marts.show_counted_row_history()
language plpgsql as $$
declare
    today text;
    past text;
    lists text;
begin
    if to_regclass('marts.counted_row') is null then
        return;
    end if;
    select
        string_agg(format('%I', attname), ', ' order by attnum),
        string_agg(
            case
                when attname in ('period', 'project_code') then format('e.%I', attname)
                else format('cast(r.%I as %s)', attname, format_type(atttypid, atttypmod))
            end,
            ', ' order by attnum
        ),
        string_agg(format('jsonb_array_elements_text(e.stood -> %L)', attname), ', ' order by attnum)
    into today, past, lists
    from pg_attribute
    where
        attrelid = to_regclass('marts.counted_row') and attnum > 0 and not attisdropped
        and attname not in ('from_night', 'from_as_of');
    drop function if exists marts.counted_row_on(date);
    drop view if exists marts.counted_row_history;
    execute format(
        'create view marts.counted_row_history with (security_invoker = true) as '
        'select concat_ws(''/'', period, kpi, submission_id, row_number, from_night) as stretch_key, %s, '
        'from_night, cast(null as text) as until_night, from_as_of, cast(null as date) as until_as_of '
        'from marts.counted_row '
        'union all '
        'select concat_ws(''/'', e.period, r.kpi, r.submission_id, r.row_number, e.from_night, e.until_night), %s, '
        'e.from_night, e.until_night, e.from_as_of, e.until_as_of '
        'from marts.counted_row_ended as e '
        'cross join lateral rows from (%s) as r (%s)',
        today, past, lists, today
    );
    create function marts.counted_row_on(day date) returns setof marts.counted_row_history
    language sql stable parallel safe as
    'select * from marts.counted_row_history where from_as_of <= day and (until_as_of is null or until_as_of > day)';
    comment on function marts.counted_row_on is 'The rows of counted_row as readers saw them at the end of a day.';
end
$$;
revoke all on procedure marts.show_counted_row_history from public;
call marts.show_counted_row_history();

comment on function marts.kpi_headline_on is 'The rows of kpi_headline as readers saw them at the end of a day.';

create table if not exists marts.figure_change (
    period text not null,
    scope_type text not null,
    scope_code text not null,
    kpi text not null,
    night_id text not null,
    as_of date not null,
    cause text not null,
    submission_id text,
    project_code text,
    difference_claimed numeric(24, 6) not null,
    difference_valid numeric(24, 6) not null,
    difference_unique numeric(24, 6) not null,
    difference_evidenced numeric(24, 6) not null,
    "rows" bigint not null,
    unique nulls not distinct (night_id, period, scope_type, scope_code, kpi, cause, submission_id)
);
-- As above; and what leads to what may be gone is no key.
do $$
begin
    if not exists (
        select from pg_attribute where attrelid = to_regclass('marts.figure_change') and attname = 'published_at'
    ) then
        alter table marts.figure_change
        add column published_at timestamptz not null default now(),
        add column period_end date generated always as (
            case right(period, 2)
                when 'S1' then make_date(cast(left(period, 4) as integer), 6, 30)
                when 'S2' then make_date(cast(left(period, 4) as integer), 12, 31)
            end
        ) stored,
        add column scope_key text generated always as (scope_type || ':' || scope_code) stored,
        add column change_key text generated always as (
            md5(
                night_id || '|' || period || '|' || scope_type || ':' || scope_code || '|' || kpi || '|' || cause
                || '|' || coalesce(submission_id, '')
            )
        ) stored primary key;
        update marts.figure_change as c set published_at = coalesce(
            (select n.published_at from ops.night as n where n.night_id = c.night_id), c.as_of
        );
        alter table marts.figure_change
        drop constraint if exists figure_change_period_fkey,
        drop constraint if exists figure_change_project_code_fkey,
        drop constraint if exists figure_change_submission_id_fkey;
    end if;
end
$$;
create index if not exists figure_change_asked_idx on marts.figure_change (period, kpi);
