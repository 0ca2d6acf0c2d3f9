-- What became of the enterprises trained in each topic, an enterprise once in each scope.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'scope', 'as_of': 'period'},
    indexes=[{'columns': ['period']}]
) }}

select
    as_of_period || '/' || {{ scope_key('scope_type', 'scope_code') }} || '/' || topic as enterprise_topic_key,
    as_of_period as period,
    {{ period_end('as_of_period') }} as period_end,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    topic,
    cast(sum(enterprise_count) as bigint) as enterprise_count,
    cast(sum(with_practice) as bigint) as with_practice,
    cast(sum(with_standard) as bigint) as with_standard,
    cast(sum(with_more_business) as bigint) as with_more_business
from {{ ref('int_topic_parts') }}
group by as_of_period, scope_type, scope_code, topic
