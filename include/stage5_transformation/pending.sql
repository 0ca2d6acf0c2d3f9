-- name: prepare
create unlogged table if not exists intermediate.built_from (
    kind text not null, code text not null, fingerprint text, primary key (kind, code)
);
create unlogged table if not exists intermediate.pending (
    kind text not null, code text not null, primary key (kind, code)
);

-- name: add_everything
truncate intermediate.built_from;
insert into intermediate.pending values ('everything', '') on conflict do nothing;

-- name: add
insert into intermediate.pending
select :kind, code
from unnest(cast(:codes as text[])) as codes (code)
on conflict do nothing;

-- name: add_periods
insert into intermediate.pending
select 'period', period
from (
    select period from registry.reporting_calendar
    union
    select period from ops.submission
) as periods
where period >= :first
on conflict do nothing;

-- name: share_of_reports
with reports as (
    select
        period in (select code from intermediate.pending where kind = 'period')
        and (
            exists (select from intermediate.pending where kind = 'every project')
            or project_code in (select code from intermediate.pending where kind = 'affected project')
        ) as is_pending
    from ops.submission
    where is_current
)

select
    count(*) filter (where is_pending) as pending_reports,
    count(*) as all_reports
from reports;

-- name: keep
insert into intermediate.built_from
select :kind, code, fingerprint
from unnest(cast(:codes as text[]), cast(:fingerprints as text[])) as kept (code, fingerprint);

-- name: add_every_project
insert into intermediate.pending
select 'every project', ''
where
    (select count(*) from intermediate.pending where kind = 'changed project')
    > :share * (select count(distinct project_code) from ops.submission)
on conflict do nothing;

-- name: add_enterprises
-- Enterprises that a changed project reported when it was built last, or has in the rows it is built from now.
insert into intermediate.pending
with changed as (select code as project_code from intermediate.pending where kind = 'changed project')

select 'enterprise', enterprise_key
from intermediate.int_enterprise_refs inner join changed using (project_code)
union
select 'enterprise', enterprise_key
from intermediate.int_enterprise_keys inner join changed using (project_code)
union
select 'enterprise', keys.enterprise_key
from ops.submission as submissions
inner join changed using (project_code)
inner join raw.enterprises as enterprises using (submission_id)
cross join
    lateral (
        values (enterprises.enterprise_key), (enterprises.taxpayer_key)
    ) as keys (enterprise_key)
where submissions.is_current and keys.enterprise_key is not null
on conflict do nothing;

-- name: add_affected_projects
-- Other projects have not changed: what they were built from last is what they are.
insert into intermediate.pending
select 'affected project', code from intermediate.pending where kind = 'changed project'
union
select 'affected project', refs.project_code
from intermediate.pending
inner join intermediate.int_enterprise_refs as refs on pending.code = refs.enterprise_key
where pending.kind = 'enterprise'
on conflict do nothing;

-- name: columns
-- Relation -> those of its columns by which rows are told to be rebuilt.
select
    n.nspname || '.' || c.relname as relation,
    coalesce(array_agg(cast(a.attname as text)) filter (where a.attname is not null), '{}') as columns
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
left join pg_attribute as a
    on
        c.oid = a.attrelid
        and a.attname in ('project_code', 'other_project_code', 'submission_id', 'enterprise_key', 'scope_type')
where c.relkind in ('r', 'v') and n.nspname not in ('pg_catalog', 'information_schema')
group by n.nspname, c.relname;
