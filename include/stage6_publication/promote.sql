-- name: any_unlogged
select count(*) > 0
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname = any(:schemas) and c.relkind = 'r' and c.relpersistence = 'u';

-- name: missing_indexes
-- Each index of the candidate that the target has not got: how it begins, and what follows "USING" in its definition.
-- One of no row is said for the target alone (dbt_project/macros/indexes.sql).
select
    case when indisunique then 'unique index' else 'index' end as kind,
    regexp_replace(substring(pg_get_indexdef(indexrelid) from ' USING .*'), ' WHERE false$', '') as definition
from pg_index
where indrelid = cast(:candidate as regclass) and not indisprimary
except
select
    case when indisunique then 'unique index' else 'index' end as kind,
    substring(pg_get_indexdef(indexrelid) from ' USING .*') as definition
from pg_index
where indrelid = cast(:target as regclass)
order by definition;

-- name: reading_order
-- The columns of the first index that is said for readers and begins with the period (dbt_project/macros/indexes.sql).
select string_agg('c.' || quote_ident(a.attname), ', ' order by place.turn) as columns
from pg_index as i
cross join lateral unnest(i.indkey) with ordinality as place (attnum, turn)
inner join pg_attribute as a on i.indrelid = a.attrelid and place.attnum = a.attnum
where i.indrelid = cast(:candidate as regclass) and not i.indisunique
group by i.indexrelid
having bool_or(place.turn = 1 and a.attname = 'period')
order by i.indexrelid
limit 1;

-- name: primary_key
select a.attname
from pg_index as i
inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
where i.indrelid = cast(:candidate as regclass) and i.indisprimary;

-- name: compare
-- The places of the rows that differ: one that went, one that came, both of a row that changed.
create temporary table differing on commit drop as
select t.place as old_place, c.place as new_place
from (select t.ctid as place, t.* from {target} as t where {pending_t}) as t
full join (select c.ctid as place, c.* from {candidate} as c where {pending_c}) as c on {matches}
where ({c_compared}) is distinct from ({t_compared});

-- name: delete
delete from {target} as t using pg_temp.differing as d
where t.ctid = d.old_place;

-- name: insert
insert into {target} ({named})
select {brought} from {candidate} as c
inner join pg_temp.differing as d on c.ctid = d.new_place
order by {turn};

-- name: load_date
select as_of from ops.night where night_id = :night_id;

-- name: has_published
select published_at is not null from ops.night where night_id = :night_id;

-- name: sign
update ops.night set published_at = {moment}, registry_sha256 = coalesce(:registry, registry_sha256)
where night_id = :night_id;
