-- Who took part in the trainings of a semester, by project and topic.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'changed project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period']}]
) }}

select
    project_code || '/' || period || '/' || topic as participation_key,
    period,
    {{ period_end('period') }} as period_end,
    project_code,
    topic,
    count(*) as row_count,
    count(distinct enterprise_key) as enterprise_count,
    cast(sum(coalesce(women, 0)) as bigint) as women,
    cast(sum(coalesce(men, 0)) as bigint) as men,
    cast(sum(coalesce(women, 0) + coalesce(men, 0)) as bigint) as participants,
    cast(sum(hours) as numeric(24, 6)) as hours,
    {{ measured('sum(hours * (coalesce(women, 0) + coalesce(men, 0)))') }} as participant_hours
from {{ ref('fct_training') }}
where is_valid
group by period, project_code, topic
