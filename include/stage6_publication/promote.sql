-- name: any_unlogged
select count(*) > 0
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname = any(:schemas) and c.relkind = 'r' and c.relpersistence = 'u';

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
