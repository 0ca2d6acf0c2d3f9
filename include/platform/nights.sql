-- name: open
insert into ops.night (night_id, as_of, inbox, registry, accepts, started_at)
select
    :night_id,
    :as_of,
    :inbox,
    :registry,
    :accepts,
    greatest(now(), max(started_at) + interval '1 microsecond')  -- last, also after a clock was put back
from ops.night
on conflict (night_id) do update set status = 'running', reason = null, finished_at = null;
