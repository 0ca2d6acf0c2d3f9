-- For enterprises that several projects report: whether a report speaks for its enterprise in each of its scopes.
with

ranked as (

    -- Where enterprises are counted, a report that counts comes before one that does not (kpi_value 1 before 0).
    select
        reported.*,
        case when kpis.unit = 'enterprises' then reported.kpi_value end as counted_value
    from {{ ref('int_indicator_values') }} as reported
    inner join {{ ref('kpis') }} as kpis on reported.kpi = kpis.kpi
    where reported.is_shared

)

select
    as_of_period,
    project_code,
    enterprise_key,
    kpi,
    {% for scope in ['programme', 'country', 'pillar', 'value_chain'] -%}
        row_number() over (
            partition by as_of_period, kpi, enterprise_key{{ ', ' ~ scope if scope != 'programme' }}
            order by counted_value desc, grade, period_index desc, project_code
        ) = 1 as speaks_for_{{ scope }}{{ ',' if not loop.last }}
    {% endfor %}
from ranked
