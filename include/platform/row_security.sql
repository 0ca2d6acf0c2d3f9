-- name: tables
select
    c.relname as name,
    c.relrowsecurity as is_on,
    (
        select array_agg(attname::text) from pg_attribute
        where attrelid = c.oid and attnum > 0
    ) as columns,
    obj_description(p.oid, 'pg_policy') as condition
from pg_class as c
left join pg_policy as p on c.oid = p.polrelid and p.polname = 'country_office'
where
    c.relnamespace = to_regnamespace('marts')
    and c.relkind in ('r', 'p')
    and case
        when current_user = any(:owners) then pg_get_userbyid(c.relowner) = current_user
        else not pg_get_userbyid(c.relowner) = any(:owners)
    end
order by c.relname;
