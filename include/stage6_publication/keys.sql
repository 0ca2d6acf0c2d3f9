-- name: missing
-- Columns that lead to the key of a dimension, or of the deliveries, and do not say so yet.
with tables as (
    select oid, relname, relnamespace from pg_class
    where relnamespace = 'marts'::regnamespace and relkind = 'r' and pg_get_userbyid(relowner) = current_user
),

keys as (
    select t.oid as table_id, t.relname as dimension, a.attname as key_name, a.atttypid
    from tables as t
    inner join pg_constraint as p on p.conrelid = t.oid and p.contype = 'p' and cardinality(p.conkey) = 1
    inner join pg_attribute as a on a.attrelid = t.oid and a.attnum = p.conkey[1]
    where t.relname like 'dim\_%' or t.relname = 'fct_submission'
),

roles as (
    select * from unnest(cast(:roles as text[]), cast(:keys as text[])) as r (column_name, key_name)
)

select t.relname::text as table_name, a.attname::text as column_name, k.dimension::text, k.key_name::text
from tables as t
inner join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
left join roles as r on r.column_name = a.attname
inner join keys as k
    on k.key_name = coalesce(r.key_name, a.attname) and k.atttypid = a.atttypid and k.table_id <> t.oid
where
    t.relname <> all(cast(:left_out as text[]))
    and not exists (
        select from pg_constraint as f
        where f.contype = 'f' and f.conrelid = t.oid and f.confrelid = k.table_id and f.conkey = array[a.attnum]
    )
order by t.relname, a.attnum, k.dimension;

-- name: leading_to
select conname::text as name, conrelid::regclass::text as referencing from pg_constraint
where contype = 'f' and confrelid = to_regclass(:table);
