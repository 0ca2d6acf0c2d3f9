-- How many enterprises of each project have come how far, by the semester in which they joined. Who has one report and
-- one key is counted as it is; the few that have several are told apart.
{{ config(meta={'rebuilt_by': 'affected project'}) }}

with

several_keys as (

    select current_enterprise_key
    from {{ ref('dim_enterprise', rebuilt_by=none) }}
    group by current_enterprise_key
    having count(*) > 1

),

enterprises as (

    -- Figures of earlier periods may know an enterprise by another key than today's.
    select
        keys.enterprise_key,
        keys.current_enterprise_key,
        today.country,
        {{ semester_of('today.first_joined_on') }} as cohort
    from {{ ref('dim_enterprise', rebuilt_by=none) }} as keys
    inner join {{ ref('dim_enterprise', rebuilt_by=none) }} as today
        on keys.current_enterprise_key = today.enterprise_key
    where today.is_current_key and today.is_valid and today.first_joined_on is not null

)

select
    stages.as_of_period,
    stages.project_code,
    enterprises.country,
    enterprises.cohort,
    stages.is_trained,
    stages.has_practice,
    stages.has_standard,
    stages.has_more_business,
    case
        when stages.is_shared or several_keys.current_enterprise_key is not null
            then enterprises.current_enterprise_key
    end as told_apart_key,
    count(*) as enterprise_count
from {{ ref('int_enterprise_stages') }} as stages
inner join enterprises on stages.enterprise_key = enterprises.enterprise_key
left join several_keys on enterprises.current_enterprise_key = several_keys.current_enterprise_key
group by
    stages.as_of_period, stages.project_code, enterprises.country, enterprises.cohort, stages.is_trained,
    stages.has_practice, stages.has_standard, stages.has_more_business, told_apart_key
