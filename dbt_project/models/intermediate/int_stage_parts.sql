-- How many enterprises of each project have come how far. One that a single report has is counted as it is; the few
-- that several have are told apart.
{{ config(meta={'rebuilt_by': 'affected project', 'as_of': 'as_of_period'}) }}

select
    as_of_period,
    project_code,
    country,
    pillar,
    value_chain,
    is_trained,
    has_practice,
    has_standard,
    has_more_business,
    case when is_shared then enterprise_key end as shared_enterprise_key,
    count(*) as enterprise_count
from {{ ref('int_enterprise_stages') }}
group by
    as_of_period, project_code, country, pillar, value_chain, is_trained, has_practice, has_standard,
    has_more_business, shared_enterprise_key
