-- How far the enterprises trained in each topic have come, counted by project and place; one that several projects report
-- stands apart by its key.
{{ config(meta={'rebuilt_by': 'affected project'}) }}

{% set stages = ['has_practice', 'has_standard', 'has_more_business'] -%}

with

shared as (

    -- Whichever project reports it; one of them may share enterprises with projects that this build leaves alone.
    select
        as_of_period,
        enterprise_key
        {%- for stage in stages %},
        bool_or({{ stage }}) as {{ stage }}
        {%- endfor %}
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
        {%- for stage in stages %}
        coalesce(shared.{{ stage }}, stages.{{ stage }}) as {{ stage }},
        {%- endfor %}
        shared.enterprise_key as shared_enterprise_key
    from {{ ref('int_counted_training') }} as topics
    inner join {{ ref('int_enterprise_stages') }} as stages
        on
            topics.as_of_period = stages.as_of_period
            and topics.project_code = stages.project_code
            and topics.enterprise_key = stages.enterprise_key
    left join shared
        on
            stages.as_of_period = shared.as_of_period
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
