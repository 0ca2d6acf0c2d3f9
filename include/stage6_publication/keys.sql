-- name: missing
-- Columns that lead to the key of a dimension, or of the deliveries, and do not say so yet.
with tables as (
    select oid, relname, relnamespace from pg_class
    where relnamespace = 'marts'::regnamespace and relkind = 'r' and pg_get_userbyid(relowner) = current_user
),

keys as materialized (  -- made on their own, as all that follow: the planner expects one table where there are many
    select t.oid as table_id, t.relname as dimension, a.attname as key_name, a.atttypid
    from tables as t
    inner join pg_constraint as p on p.conrelid = t.oid and p.contype = 'p' and cardinality(p.conkey) = 1
    inner join pg_attribute as a on a.attrelid = t.oid and a.attnum = p.conkey[1]
    where t.relname like 'dim\_%' or t.relname = 'fct_submission'
),

roles as (
    select * from unnest(cast(:roles as text[]), cast(:keys as text[])) as r (column_name, key_name)
),

columns as materialized (
    select
        t.oid as table_id, t.relname as table_name, a.attnum, a.attname as column_name, a.atttypid,
        coalesce(r.key_name, a.attname) as key_name
    from tables as t
    inner join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join roles as r on r.column_name = a.attname
    where t.relname <> all(cast(:left_out as text[]))
),

said as materialized (
    select f.conrelid, f.confrelid, f.conkey[1] as attnum
    from tables as t
    inner join pg_constraint as f on f.conrelid = t.oid and f.contype = 'f' and cardinality(f.conkey) = 1
)

select c.table_name::text, c.column_name::text, k.dimension::text, k.key_name::text
from columns as c
inner join keys as k on k.key_name = c.key_name and k.atttypid = c.atttypid and k.table_id <> c.table_id
where
    not exists (
        select from said as f
        where f.conrelid = c.table_id and f.confrelid = k.table_id and f.attnum = c.attnum
    )
order by c.table_name, c.attnum, k.dimension;

-- name: leading_to
select conname::text as name, conrelid::regclass::text as referencing from pg_constraint
where contype = 'f' and confrelid = to_regclass(:table);
