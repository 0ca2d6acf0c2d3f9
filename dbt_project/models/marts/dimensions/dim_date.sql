-- Every day of the reporting calendar, for tools that want a table of dates.
with

semesters as (

    select
        period,
        cast(ends_on + 1 - interval '6 months' as date) as starts_on,
        ends_on
    from {{ ref('stg_reporting_calendar') }}

)

select
    cast(calendar.day_begins as date) as date_day,
    semesters.period,
    semesters.ends_on as period_end,
    cast(extract(year from calendar.day_begins) as integer) as calendar_year,
    cast(extract(month from calendar.day_begins) as integer) as calendar_month
from semesters
cross join lateral generate_series(semesters.starts_on, semesters.ends_on, interval '1 day') as calendar (day_begins)
