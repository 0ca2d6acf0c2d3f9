-- What each project adds to the enterprises trained in a topic in every scope it is in, and how far these have come.
{{ config(meta={'rebuilt_by': 'affected project', 'as_of': 'as_of_period'}) }}

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

cells as (

    -- Counted by everything a scope asks for before it is spread over the scopes, as int_item_parts does.
    select
        topics.as_of_period,
        topics.project_code,
        topics.item as topic,
        topics.country,
        topics.pillar,
        topics.value_chain,
        topics.counts_in_programme,
        topics.counts_in_country,
        topics.counts_in_pillar,
        topics.counts_in_value_chain,
        stages.has_practice,
        coalesce(shared.has_practice, stages.has_practice) as any_practice,
        stages.has_standard,
        coalesce(shared.has_standard, stages.has_standard) as any_standard,
        stages.has_more_business,
        coalesce(shared.has_more_business, stages.has_more_business) as any_more_business,
        count(*) as enterprise_count
    from {{ ref('int_item_values') }} as topics
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
    where topics.kpi = 'msmes_trained'
    group by
        topics.as_of_period, topics.project_code, topics.item, topics.country, topics.pillar, topics.value_chain,
        topics.counts_in_programme, topics.counts_in_country, topics.counts_in_pillar, topics.counts_in_value_chain,
        stages.has_practice, stages.has_standard, stages.has_more_business,
        any_practice, any_standard, any_more_business

)

-- In a project's own scope by its own reports, as in its headline: what others report there is theirs to know.
select
    cells.as_of_period,
    cells.project_code,
    scopes.scope_type,
    scopes.scope_code,
    cells.topic,
    sum(cells.enterprise_count) as enterprise_count,
    coalesce(sum(cells.enterprise_count) filter (
        where case scopes.scope_type when 'project' then cells.has_practice else cells.any_practice end
    ), 0) as with_practice,
    coalesce(sum(cells.enterprise_count) filter (
        where case scopes.scope_type when 'project' then cells.has_standard else cells.any_standard end
    ), 0) as with_standard,
    coalesce(sum(cells.enterprise_count) filter (
        where case scopes.scope_type when 'project' then cells.has_more_business else cells.any_more_business end
    ), 0) as with_more_business
from cells
cross join lateral ({{ scopes_of('cells', counts=true) }}) as scopes (scope_type, scope_code, counts)
where scopes.scope_code is not null and scopes.counts
group by cells.as_of_period, cells.project_code, scopes.scope_type, scopes.scope_code, cells.topic
