-- name: deliveries
select
    s.submission_id, s.project_code, s.sha256, s.period, s.status, s.version, s.duplicate_of, s.received_on,
    s.night_id = :night_id as is_of_tonight,
    w.withdrawn_on
from ops.submission as s
left join registry.withdrawals as w on s.submission_id = w.submission_id
where
    s.status <> 'landed'
    and s.project_code in (
        select o.project_code from ops.submission as o
        inner join work.settling as t on o.submission_id = t.submission_id
    )
order by s.project_code, s.delivery_number;

-- name: forget_duplicates
delete from {read} as t
using ops.submission as s
inner join work.settling as w on s.submission_id = w.submission_id
where s.submission_id = t.submission_id and s.status = 'duplicate';

-- name: decide
update ops.submission as s
set status = d.status, version = d.version, duplicate_of = d.duplicate_of, is_current = d.is_current
from work.decision as d
where
    d.submission_id = s.submission_id
    and row(s.status, s.version, s.duplicate_of, s.is_current)
    is distinct from row(d.status, d.version, d.duplicate_of, d.is_current);
