-- What became of the enterprises trained in each topic, an enterprise once in each scope.

with

in_scopes as (

    select
        topics.*,
        scopes.scope_type,
        scopes.scope_code
    from {{ ref('int_topic_stages') }} as topics
    cross join lateral ({{ scopes_of('topics') }}) as scopes (scope_type, scope_code)
    where scopes.scope_code is not null

),

enterprises as (

    select
        as_of_period,
        scope_type,
        scope_code,
        topic,
        has_practice,
        has_standard,
        has_more_business,
        enterprise_count
    from in_scopes
    where shared_enterprise_key is null

    union all

    -- the same in all of its rows: whichever project reports the enterprise
    select distinct on (as_of_period, scope_type, scope_code, topic, shared_enterprise_key)
        as_of_period,
        scope_type,
        scope_code,
        topic,
        has_practice,
        has_standard,
        has_more_business,
        1 as enterprise_count
    from in_scopes
    where shared_enterprise_key is not null

)

select
    as_of_period || '/' || {{ scope_key('scope_type', 'scope_code') }} || '/' || topic as enterprise_topic_key,
    as_of_period as period,
    {{ period_end('as_of_period') }} as period_end,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    topic,
    cast(sum(enterprise_count) as bigint) as enterprise_count,
    cast(coalesce(sum(enterprise_count) filter (where has_practice), 0) as bigint) as with_practice,
    cast(coalesce(sum(enterprise_count) filter (where has_standard), 0) as bigint) as with_standard,
    cast(coalesce(sum(enterprise_count) filter (where has_more_business), 0) as bigint) as with_more_business
from enterprises
group by as_of_period, scope_type, scope_code, topic
