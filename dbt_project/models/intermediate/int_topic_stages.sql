-- How far the enterprises trained in each topic have come, counted by project and place; one that several projects
-- report stands apart by its key.
{{ config(meta={'rebuilt_by': 'affected project'}) }}

with

shared as (

    -- Whichever project reports it; one of them may share enterprises with projects that this build leaves alone.
    select
        as_of_period,
        enterprise_key,
        bool_or(has_practice) as has_practice,
        bool_or(has_standard) as has_standard,
        bool_or(has_more_business) as has_more_business
    from {{ ref('int_enterprise_stages', rebuilt_by=none) }}
    where is_shared
    group by as_of_period, enterprise_key

),

trained as (

    select
        topics.as_of_period,
        topics.project_code,
        topics.topic,
        stages.country,
        stages.pillar,
        stages.value_chain,
        coalesce(shared.has_practice, stages.has_practice) as has_practice,
        coalesce(shared.has_standard, stages.has_standard) as has_standard,
        coalesce(shared.has_more_business, stages.has_more_business) as has_more_business,
        shared.enterprise_key as shared_enterprise_key
    from {{ ref('int_counted_training') }} as topics
    inner join {{ ref('int_enterprise_stages') }} as stages
        on
            topics.as_of_period = stages.as_of_period
            and topics.project_code = stages.project_code
            and topics.enterprise_key = stages.enterprise_key
    left join shared
        on
            stages.is_shared
            and stages.as_of_period = shared.as_of_period
            and stages.enterprise_key = shared.enterprise_key
    where topics.topic is not null

)

select
    *,
    count(*) as enterprise_count
from trained
group by
    as_of_period, project_code, topic, country, pillar, value_chain,
    has_practice, has_standard, has_more_business, shared_enterprise_key
