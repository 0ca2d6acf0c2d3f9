-- Give every login that only reads the settings and limits of a reader again: it may change its own settings, and they
-- last. Returns the logins that had changed them. What is as it should be is left alone. The connections left by the
-- server's own and the pipeline's are shared out among the readers.
create or replace function access.put_readers_back() returns setof text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    wanted constant text[] := {settings}::text[];
    readers text[];
    shared integer;
    reader record;
    place record;
    setting text;
    before text[];
begin
    lock table access.country_office in share row exclusive mode;  -- one at a time
    select array_agg(rolname::text) into readers from pg_roles
    where rolcanlogin and not rolsuper
        and (rolname = any ({logins}) or rolname in (select login from access.country_office));
    select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
        - greatest(coalesce(current_setting('reserved_connections', true)::integer, 0), {pipeline})
    into shared;
    shared := greatest(1, least({most}, shared / greatest(1, cardinality(readers))));
    for reader in
        select r.oid, r.rolname, r.rolconnlimit, array(select unnest(r.rolconfig) order by 1) as present
        from pg_roles as r where r.rolname = any (readers) order by r.rolname
    loop
        if reader.rolconnlimit <> shared then
            execute format('alter role %I connection limit %s', reader.rolname, shared);
        end if;
        if reader.present = wanted and not exists (
            select from pg_db_role_setting where setrole = reader.oid and setdatabase <> 0
        ) then
            continue;
        end if;
        select array_agg(s::text order by s.setdatabase) from pg_db_role_setting as s where s.setrole = reader.oid
        into before;
        for place in
            select d.datname from pg_db_role_setting as s inner join pg_database as d on d.oid = s.setdatabase
            where s.setrole = reader.oid
        loop
            execute format('alter role %I in database %I reset all', reader.rolname, place.datname);
        end loop;
        execute format('alter role %I reset all', reader.rolname);
        foreach setting in array wanted loop
            execute format(
                'alter role %I set %I = %L', reader.rolname, split_part(setting, '=', 1), split_part(setting, '=', 2)
            );
        end loop;
        if before is distinct from (
            select array_agg(s::text order by s.setdatabase) from pg_db_role_setting as s where s.setrole = reader.oid
        ) then  -- what a superuser has set is not for everybody to take back
            return next reader.rolname;
        end if;
    end loop;
end
$$;

-- End the sessions of readers that the loader or the transformer has waited for longer than "patience", as where one
-- keeps a transaction open on a table that is to change its shape. Whoever waits first comes first: a reader that takes
-- the lock again stands behind. Returns whose sessions were ended.
create or replace function access.end_readers_in_the_way(patience interval) returns setof text
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with in_the_way as materialized (  -- found first: of conditions on one row PostgreSQL asks the cheapest first
        select reading.pid, r.rolname::text as login
        from pg_stat_activity as reading
        inner join pg_roles as r on r.oid = reading.usesysid
        where
            reading.pid in (
                select unnest(pg_blocking_pids(l.pid))
                from pg_locks as l inner join pg_stat_activity as a on a.pid = l.pid
                where not l.granted and a.usename in ('loader', 'transformer')
                    and l.waitstart < clock_timestamp() - patience
            )
            and not r.rolsuper and r.rolname not in ('loader', 'transformer', current_user)
            and exists (
                select from pg_roles as g
                where g.rolname in ('bi_reader', 'me_officer', 'country_office') and pg_has_role(r.oid, g.oid, 'member')
            )
    )
    select login from in_the_way where pg_terminate_backend(pid)
$$
