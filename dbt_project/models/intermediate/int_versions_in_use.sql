-- Which version is each project's latest word as of each ended period, whether figures are still taken from it or not.
{{ config(materialized='table', meta={'as_of': 'as_of_period'}, indexes=[]) }}

select
    periods.period as as_of_period,
    periods.period_index as as_of_index,
    versions.project_code,
    versions.submission_id,
    versions.period,
    versions.period_index,
    periods.period_index - versions.period_index > 2 as is_stale
from {{ ref('int_current_versions') }} as versions
inner join {{ ref('int_periods') }} as periods
    on
        versions.period_index <= periods.period_index
        and (versions.next_period_index is null or versions.next_period_index > periods.period_index)
