-- name: columns
-- The catalogue that dbt looks at: tables and views, columns and their types, wherever models, seeds and sources are.
select
    md5(string_agg(
        concat_ws(
            ' ', n.nspname, c.relname, c.relkind, c.relpersistence, a.attname, format_type(a.atttypid, a.atttypmod)
        ),
        ',' order by n.nspname, c.relname, a.attnum
    ))
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
where n.nspname = any(:schemas) and c.relkind in ('r', 'p', 'v', 'm');
