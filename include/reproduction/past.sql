-- name: of_day
select * from ops.night
where published_at is not null and as_of <= :day
order by started_at desc, night_id desc limit 1;

-- name: first_day
select min(as_of) from ops.night where published_at is not null;

-- name: releases
select release, night_id from marts.release order by release;

-- name: of_id
select * from ops.night where night_id = :night_id;

-- name: until
select n.night_id from ops.night as n
inner join ops.night as asked on asked.night_id = :night_id
where (n.started_at, n.night_id) <= (asked.started_at, asked.night_id);

-- name: all
select night_id from ops.night;
