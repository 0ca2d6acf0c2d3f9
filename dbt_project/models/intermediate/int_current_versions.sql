-- What each project currently says of each period, and until which period it is its latest word.
{{ config(materialized='table', indexes=[]) }}

with

current_versions as (

    select
        submission_id,
        project_code,
        period,
        {{ period_index('period') }} as period_index
    from {{ ref('stg_submissions') }}
    where is_current and is_accepted

)

select
    *,
    lead(period_index) over (partition by project_code order by period_index) as next_period_index
from current_versions
