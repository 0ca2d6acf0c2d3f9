-- Every value of every report with the scopes in which it is the one that counts for its enterprise (survivorship). Who
-- reports an enterprise alone, as most are, counts in it everywhere.
{{ config(meta={'rebuilt_by': 'enterprise', 'as_of': 'as_of_period'}) }}

{% set columns = [
    'as_of_period', 'project_code', 'enterprise_key', 'kpi', 'kpi_value', 'grade', 'submission_id', 'reported_in',
    'period_index', 'pillar', 'country', 'known_territory_code', 'value_chain', 'isic_section', 'size_class', 'owner_sex',
    'is_shared'
] %}

with

shared as (

    -- Where enterprises are counted, a report that counts comes before one that does not (kpi_value 1 before 0).
    select
        reports.*,
        row_number() over (
            partition by reports.enterprise_key, reports.as_of_period, reports.kpi
            order by {{ speaks_first('reports', 'kpis.unit') }}
        ) as ranking
    from {{ ref('int_indicator_values') }} as reports
    inner join {{ ref('kpis') }} as kpis on reports.kpi = kpis.kpi
    where reports.is_shared

)

select
    {{ columns | join(',\n    ') }},
    true as counts_in_programme,
    true as counts_in_country,
    true as counts_in_pillar,
    true as counts_in_value_chain
from {{ ref('int_indicator_values') }}
where not is_shared

union all

select
    {{ columns | join(',\n    ') }},
    ranking = 1 as counts_in_programme,
    ranking = min(ranking) over (partition by enterprise_key, as_of_period, kpi, country) as counts_in_country,
    ranking = min(ranking) over (partition by enterprise_key, as_of_period, kpi, pillar) as counts_in_pillar,
    ranking = min(ranking) over (partition by enterprise_key, as_of_period, kpi, value_chain) as counts_in_value_chain
from shared
