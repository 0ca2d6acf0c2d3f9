-- name: columns
select attname, format_type(atttypid, atttypmod) from pg_attribute
where attrelid = cast(:table as regclass) and attnum > 0 and not attisdropped
order by attnum;

-- name: stood
-- The rows of a history that stood after a night.
with nights as (
    select night_id, row_number() over (order by started_at, night_id) as turn from ops.night
),

asked as (
    select turn from nights where night_id = :moment
)

select {columns}
from {table} as h
cross join asked
left join nights as begun on begun.night_id = h.from_night
left join nights as ended on ended.night_id = h.until_night
where coalesce(begun.turn, 0) <= asked.turn and (h.until_night is null or coalesce(ended.turn, 0) > asked.turn);

-- name: signed
select {columns} from {table} as h where h.release = :moment;

-- name: begins_later
with nights as (
    select night_id, as_of, row_number() over (order by started_at, night_id) as turn from ops.night
),

begun as (
    select n.night_id, n.as_of, n.turn
    from nights as n
    where n.night_id in (select from_night from marts.kpi_headline_history)
    order by n.turn
    limit 1
)

select begun.night_id, begun.as_of
from begun
inner join nights as asked on asked.night_id = :night_id
where begun.turn > asked.turn;

-- name: differing
select count(*)
from pg_temp.kept as k
full join (select * from {mart} where {within}) as m on {same}
where ({kept}) is distinct from ({made});

-- name: shown
-- Rows kept alone, made alone and both, by turns: each kind of difference is told, however many there are of another.
with told as (
    select
        (select to_jsonb(r) from (select {kept}) as r where k is distinct from null) as kept,
        (select to_jsonb(r) from (select {made}) as r where m is distinct from null) as made,
        row_number() over (
            partition by k is distinct from null, m is distinct from null order by {kept}, {made}
        ) as turn
    from pg_temp.kept as k
    full join (select * from {mart} where {within}) as m on {same}
    where ({kept}) is distinct from ({made})
)

select kept, made from told
order by turn, kept is null, made is null
limit :most;
