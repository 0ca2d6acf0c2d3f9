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

-- name: differing_comments
-- Of the relation itself (no column) and of the columns that both have.
with described as (
    select subject.relation, subject.column_name, d.description
    from (
        select c.oid as relation, null::text as column_name, 0 as number from pg_class as c
        union all
        select a.attrelid, a.attname::text, a.attnum from pg_attribute as a where a.attnum > 0 and not a.attisdropped
    ) as subject
    left join pg_description as d
        on d.objoid = subject.relation and d.objsubid = subject.number and d.classoid = 'pg_class'::regclass
    where subject.relation in (cast(:candidate as regclass), cast(:target as regclass))
)

select wanted.column_name, wanted.description
from described as wanted
inner join described as present on present.column_name is not distinct from wanted.column_name
where
    wanted.relation = cast(:candidate as regclass)
    and present.relation = cast(:target as regclass)
    and wanted.description is distinct from present.description;
