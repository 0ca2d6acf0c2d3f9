-- name: nights
select
    n.night_id, n.as_of, n.started_at, n.status,
    count(s.submission_id) as taken,
    count(*) filter (where s.status in ('accepted', 'accepted_with_findings')) as accepted,
    count(*) filter (where s.status = 'returned') as returned,
    (select count(*) from ops.night_warning as w where w.night_id = n.night_id) as warnings
from ops.night as n
left join ops.submission as s on s.night_id = n.night_id
group by n.night_id
order by n.started_at desc, n.night_id desc
limit :shown;
