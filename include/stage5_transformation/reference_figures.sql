-- name: mark_depending
-- Submissions with a window that a changed figure falls into, whatever became of the row.
with windows as (
    select
        sales.submission_id, sales.enterprise_ref, sales.currency, windows.first_day, windows.last_day
    from raw.sales as sales
    cross join lateral (
        values (sales.baseline_start, sales.baseline_end), (sales.current_start, sales.current_end)
    ) as windows (first_day, last_day)
),

depending as (
    select windows.submission_id
    from windows
    inner join
        unnest(cast(:currencies as text[]), cast(:months as text[])) as rates (currency, month)
        on
            rates.currency = windows.currency
            and rates.month between to_char(windows.first_day, 'YYYY-MM') and to_char(windows.last_day, 'YYYY-MM')
    union
    select windows.submission_id
    from windows
    inner join raw.enterprises as enterprises
        on
            enterprises.submission_id = windows.submission_id
            and enterprises.enterprise_ref = windows.enterprise_ref
    inner join
        unnest(cast(:countries as text[]), cast(:years as int[])) as indices (country, year)
        on
            indices.country = enterprises.country
            and indices.year between extract(year from windows.first_day) and extract(year from windows.last_day)
)

update ops.submission as submissions
set judged_with = null
from depending
where submissions.submission_id = depending.submission_id and submissions.status <> 'duplicate'
returning submissions.project_code, submissions.submission_id, coalesce(submissions.period, '');

-- name: put_over_shipped
delete from reference.{table} as shipped using registry.{table} as own
where own.{place} = shipped.{place} and own.{time} = shipped.{time};
insert into reference.{table} ({columns})
select {columns} from registry.{table};
