-- Who is reported by one project alone is counted without being looked at again, everywhere: so that has to be right.
{{ config(meta={'rebuilt_by': 'enterprise'}) }}

select
    as_of_period,
    enterprise_key
from {{ ref('int_reports') }}
group by as_of_period, enterprise_key
having bool_or(is_shared) != (count(*) > 1) or bool_and(is_shared) != bool_or(is_shared)
