-- Enterprises that two projects report, as of each period; a project beside itself shows how many it reports at all.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'pair of projects', 'as_of': 'period'},
    indexes=[{'columns': ['project_code']}, {'columns': ['other_project_code']}]
) }}

with

reports as (

    select
        as_of_period,
        project_code,
        enterprise_key
    from {{ ref('int_reports', rebuilt_by='enterprise') }}
    where not is_stale and is_shared

),

shared as (

    select
        reports.as_of_period,
        reports.project_code,
        other_reports.project_code as other_project_code,
        count(*) as enterprise_count
    from reports
    inner join reports as other_reports
        on
            reports.as_of_period = other_reports.as_of_period
            and reports.enterprise_key = other_reports.enterprise_key
            and reports.project_code != other_reports.project_code
    group by reports.as_of_period, reports.project_code, other_reports.project_code

),

whole as (

    select
        as_of_period,
        project_code,
        count(*) as enterprise_count
    from {{ ref('int_reports', rebuilt_by='affected project') }}
    where not is_stale
    group by as_of_period, project_code

),

pairs as (

    select * from shared
    union all
    select
        as_of_period,
        project_code,
        project_code as other_project_code,
        enterprise_count
    from whole

)

select
    concat_ws('/', pairs.as_of_period, pairs.project_code, pairs.other_project_code) as overlap_key,
    pairs.as_of_period as period,
    {{ period_end('pairs.as_of_period') }} as period_end,
    pairs.project_code,
    pairs.other_project_code,
    pairs.enterprise_count,
    cast(round(100.0 * pairs.enterprise_count / whole.enterprise_count, 1) as numeric(24, 6)) as share_percent
from pairs
inner join whole
    on
        pairs.as_of_period = whole.as_of_period
        and pairs.project_code = whole.project_code
where {{ is_rebuilt('pair of projects', ['project_code', 'other_project_code'], 'pairs') }}
