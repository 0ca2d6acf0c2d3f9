-- How many enterprises count under each topic, practice, resource, standard and kind of standard, by scope and period.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'scope'}
) }}

select
    as_of_period as period,
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
