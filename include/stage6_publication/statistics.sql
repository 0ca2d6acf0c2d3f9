-- name: changed
-- Own tables with rows that came or went since they were last analysed or vacuumed, or that never were: autovacuum may
-- have done the one without the other. Those of which no more than a share has changed are known well enough.
select
    format('%I.%I', n.nspname, c.relname) as relation,
    c.reltuples < 0 or coalesce(s.n_mod_since_analyze, 0) > :share * c.reltuples as is_unknown
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
left join pg_stat_user_tables as s on c.oid = s.relid
where
    n.nspname = any(:schemas) and c.relkind = 'r' and c.relowner = cast(current_user as regrole)
    and (c.reltuples < 0 or s.n_mod_since_analyze > 0 or s.n_ins_since_vacuum > 0 or s.n_dead_tup > 0)
order by relation;

-- name: unknown
select format('%I.%I', n.nspname, c.relname) as relation
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname = any(:schemas) and c.relkind = 'r' and c.relowner = cast(current_user as regrole)
    and c.reltuples < 0 and pg_relation_size(c.oid) > 0
order by relation;
