-- Projects that run in a period whose report was due yesterday, and have delivered nothing for it.

-- name: overdue
select
    p.project_code,
    c.period,
    c.due_on
from registry.reporting_calendar as c
inner join registry.projects as p
    on c.ends_on >= p.start_date and p.end_date > c.ends_on - interval '6 months'
where
    c.due_on = cast(:today as date) - 1
    and not exists (
        select from ops.submission as s
        where s.project_code = p.project_code and s.period = c.period
    )
order by p.project_code;
