{{ config(tags=['follows_code']) }}

select
    rule,
    sheet,
    severity,
    nullif("column", '') as named_column,
    what_it_says
from {{ ref('rules') }}
where life = 'enforced'  -- what a rule in shadow finds is not in the marts
