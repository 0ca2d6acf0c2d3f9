-- Periods that have ended by the load date: the ones figures are computed for.
{{ config(materialized='table', meta={'as_of': 'period'}, indexes=[]) }}

select
    calendar.period,
    calendar.period_index,
    calendar.ends_on
from {{ ref('stg_reporting_calendar') }} as calendar
cross join {{ ref('stg_load_date') }} as night
where calendar.ends_on < night.load_date
