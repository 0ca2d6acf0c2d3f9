-- name: columns
-- Of those that are ours: releases are the administrator's.
select c.relname::text as relation, a.attname::text as column_name, format_type(a.atttypid, a.atttypmod) as type
from pg_class as c
inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where
    c.relnamespace = cast(:schema as regnamespace)
    and c.relkind = :kind
    and pg_get_userbyid(c.relowner) = current_user
order by c.relname, a.attnum;

-- name: primary_keys
select c.relname::text as relation, a.attname::text as column_name
from pg_class as c
inner join pg_index as i on i.indrelid = c.oid and i.indisprimary
cross join lateral unnest(i.indkey) with ordinality as place (attnum, turn)
inner join pg_attribute as a on a.attrelid = c.oid and a.attnum = place.attnum
where c.relnamespace = cast(:schema as regnamespace)
order by c.relname, place.turn;

-- name: missing_indexes
-- Each index of a candidate that the table of its name has not got: how it begins, and what follows "USING" in its
-- definition. One of no row is said for the published table alone (dbt_project/macros/indexes.sql).
with indexes as (
    select
        c.relnamespace,
        c.relname::text as relation,
        i.indisprimary,
        case when i.indisunique then 'unique index' else 'index' end as kind,
        substring(pg_get_indexdef(i.indexrelid) from ' USING .*') as definition
    from pg_index as i
    inner join pg_class as c on i.indrelid = c.oid and c.relkind = 'r'
    where c.relnamespace in (cast(:candidates as regnamespace), cast(:published as regnamespace))
)

select relation, kind, regexp_replace(definition, ' WHERE false$', '') as definition
from indexes where relnamespace = cast(:candidates as regnamespace) and not indisprimary
except
select relation, kind, definition
from indexes where relnamespace = cast(:published as regnamespace)
order by relation, definition;

-- name: reading_orders
-- The columns of the first index of each table that is said for readers and begins with the period
-- (dbt_project/macros/indexes.sql).
with ordered as (
    select
        i.indrelid,
        i.indexrelid,
        string_agg('c.' || quote_ident(a.attname), ', ' order by place.turn) as columns,
        bool_or(place.turn = 1 and a.attname = 'period') as begins_with_period
    from pg_index as i
    cross join lateral unnest(i.indkey) with ordinality as place (attnum, turn)
    inner join pg_attribute as a on i.indrelid = a.attrelid and place.attnum = a.attnum
    where not i.indisunique
    group by i.indrelid, i.indexrelid
)

select distinct on (c.relname) c.relname::text as relation, ordered.columns
from pg_class as c
inner join ordered on c.oid = ordered.indrelid and ordered.begins_with_period
where c.relnamespace = cast(:schema as regnamespace)
order by c.relname, ordered.indexrelid;

-- name: differing_comments
-- Of relations that both schemas have (no column) and of the columns that both have.
with described as (
    select c.relnamespace, c.relname, c.relkind, a.attname, a.attnum, d.description
    from pg_class as c
    inner join (
        select attrelid, attname, attnum from pg_attribute where attnum > 0 and not attisdropped
        union all
        select oid, null, 0 from pg_class
    ) as a on a.attrelid = c.oid
    left join pg_description as d
        on d.objoid = c.oid and d.objsubid = a.attnum and d.classoid = 'pg_class'::regclass
    where
        c.relkind in ('r', 'v')
        and c.relnamespace in (cast(:candidates as regnamespace), cast(:published as regnamespace))
)

select
    present.relname::text as relation,
    case present.relkind when 'v' then 'view' else 'table' end as kind,
    wanted.attname::text as column_name,
    wanted.description
from described as wanted
inner join described as present
    on present.relname = wanted.relname and present.attname is not distinct from wanted.attname
where
    wanted.relnamespace = cast(:candidates as regnamespace)
    and present.relnamespace = cast(:published as regnamespace)
    and wanted.description is distinct from present.description
order by present.relname, present.attnum;

-- name: other_nullability
-- Columns of published tables that may be empty where those of the candidates may not, or the other way round.
with columns as (
    select c.relnamespace, c.relname, a.attname, a.attnum, a.attnotnull
    from pg_class as c
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where
        c.relkind = 'r'
        and c.relnamespace in (cast(:candidates as regnamespace), cast(:published as regnamespace))
)

select present.relname::text as relation, present.attname::text as column_name
from columns as present
inner join columns as wanted
    on present.relname = wanted.relname and present.attname = wanted.attname and present.attnotnull != wanted.attnotnull
where
    present.relnamespace = cast(:published as regnamespace)
    and wanted.relnamespace = cast(:candidates as regnamespace)
    and wanted.attnotnull = :never_empty
order by present.relname, present.attnum;
