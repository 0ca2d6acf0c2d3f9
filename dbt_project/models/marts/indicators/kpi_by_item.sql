-- How many enterprises count under each topic, practice, resource, standard and kind of standard, by scope and period.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'scope', 'as_of': 'period'}
) }}

select
    as_of_period || '/' || {{ scope_key('scope_type', 'scope_code') }} || '/' || kpi || '/' || item_kind || ':' || item
        as by_item_key,
    as_of_period as period,
    {{ period_end('as_of_period') }} as period_end,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    kpi,
    item_kind,
    item,
    item_kind || ':' || item as item_key,
    cast(sum(valid) as bigint) as valid,
    cast(sum(unique_value) as bigint) as unique_value,
    cast(sum(evidenced) as bigint) as evidenced
from {{ ref('int_item_parts') }}
group by as_of_period, scope_type, scope_code, kpi, item_kind, item
