select
    calendar.period,
    calendar.period_index,
    cast(left(calendar.period, 4) as integer) as period_year,
    cast(right(calendar.period, 1) as integer) as semester,
    cast(calendar.ends_on + 1 - interval '6 months' as date) as starts_on,
    calendar.ends_on as period_end,
    calendar.due_on,
    periods.period is not null as has_ended,
    coalesce(periods.period = max(periods.period) over (), false) as is_latest
from {{ ref('stg_reporting_calendar') }} as calendar
left join {{ ref('int_periods') }} as periods on calendar.period = periods.period
