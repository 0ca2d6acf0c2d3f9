-- name: may_reserve
select pg_has_role(r.oid, 'member with admin option') or a.rolsuper
from pg_roles as r inner join pg_roles as a on a.rolname = current_user
where r.rolname = 'pg_use_reserved_connections';

-- name: everybodys
select distinct p.oid::regprocedure::text
from pg_proc as p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
where p.proname = any(:names) and p.pronamespace = 'pg_catalog'::regnamespace and a.grantee = 0;

-- name: granted
select
    n.nspname,
    r.rolname
from pg_namespace as n cross join lateral aclexplode(n.nspacl) as a
inner join pg_roles as r on a.grantee = r.oid
where n.nspname = any(:schemas) and r.rolname = any(:roles);
