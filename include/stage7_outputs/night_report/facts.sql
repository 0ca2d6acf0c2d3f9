-- name: night
select as_of, status, coalesce(reason, '') as reason from ops.night where night_id = :night_id;

-- name: deliveries
select project_code, status, count(*) as deliveries
from ops.submission where night_id = :night_id group by project_code, status order by project_code, status;

-- name: returned_by
select f.rule, count(distinct f.submission_id) as deliveries
from ops.finding as f
inner join ops.submission as s on s.submission_id = f.submission_id
where s.night_id = :night_id and s.status = 'returned' and f.severity = 'critical' and not f.waived
group by f.rule order by deliveries desc, f.rule;

-- name: findings
select f.rule, f.severity, count(*) as findings
from ops.finding as f
inner join ops.submission as s on s.submission_id = f.submission_id
where s.night_id = :night_id and not f.waived
group by f.rule, f.severity order by findings desc, f.rule, f.severity;

-- name: missing
select c.period, p.project_code
from registry.reporting_calendar as c
inner join registry.projects as p on p.start_date <= c.ends_on and p.end_date > c.ends_on - interval '6 months'
where
    c.due_on < :as_of
    and not exists (select from ops.submission as s where s.project_code = p.project_code and s.period = c.period)
order by c.period desc, p.project_code;

-- name: changes
-- What the night's switch changed of the programme. Without a value before there is nothing to compare: a first figure
-- is no change.
select period, kpi, trim_scale(old.unique_value) as old, trim_scale(new.unique_value) as new
from (select * from marts.kpi_headline_history where until_night = :night_id) as old
full join
    (select * from marts.kpi_headline_history where from_night = :night_id) as new
    using (period, scope_type, scope_code, kpi)
where
    (old.unique_value is distinct from new.unique_value or old.valid is distinct from new.valid)
    and scope_type = 'programme'
    and old.unique_value is not null and new.unique_value is distinct from old.unique_value
order by period desc, kpi;

-- name: all_changes
select count(*) filter (where old.unique_value is not null or old.valid is not null), count(*)
from (select * from marts.kpi_headline_history where until_night = :night_id) as old
full join
    (select * from marts.kpi_headline_history where from_night = :night_id) as new
    using (period, scope_type, scope_code, kpi)
where
    (old.unique_value is distinct from new.unique_value or old.valid is distinct from new.valid);

-- name: last_good
select max(as_of) from ops.night where status = 'succeeded' and night_id <> :night_id;
