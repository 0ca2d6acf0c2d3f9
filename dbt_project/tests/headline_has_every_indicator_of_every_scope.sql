-- A scope of a period has either no figures at all or all of them.
select
    period,
    scope_type,
    scope_code,
    count(*) as kpi_count
from {{ ref('kpi_headline') }}
group by period, scope_type, scope_code
having count(*) != (select count(*) from {{ ref('kpis') }})
