-- Where a name or a tax id may stand.

-- name: tables
select
    format('%I.%I', n.nspname, c.relname) as name,
    array_agg(format('%I', a.attname) order by a.attnum) filter (
        where t.typcategory in ('S', 'A', 'U', 'C', 'E', 'X') and t.typname not in ('bytea', 'uuid')
    ) as columns
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
inner join pg_type as t on a.atttypid = t.oid
inner join pg_roles as r on c.relowner = r.oid
where
    (t.typnamespace = 'pg_catalog'::regnamespace or not r.rolsuper)  -- a type of others brings code of theirs
    and c.relkind in ('r', 'm')
    and c.relpersistence <> 't'
    and pg_get_userbyid(c.relowner) = current_user
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
group by 1
order by 1;

-- name: tables_of_all
select format('%I.%I', n.nspname, c.relname)
from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
where
    c.relkind in ('r', 'm') and c.relpersistence <> 't'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema';
