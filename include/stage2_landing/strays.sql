-- What lies in the inbox tonight and is no project's file: entered, or seen again.
insert into ops.inbox_stray (inbox_path, kind, first_night_id, last_night_id, first_seen_on, last_seen_on)
select
    s.path,
    s.kind,
    n.night_id as first_night_id,
    n.night_id as last_night_id,
    n.as_of as first_seen_on,
    n.as_of as last_seen_on
from unnest(cast(:paths as text[]), cast(:kinds as text[])) as s (path, kind)
inner join ops.night as n on n.night_id = :night_id
on conflict (inbox_path) do update set
    kind = excluded.kind, last_night_id = excluded.last_night_id, last_seen_on = excluded.last_seen_on;
