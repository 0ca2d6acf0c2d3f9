-- Which project's report of which enterprise adds to figures what would not be there without the office's waivers.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period']}]
) }}

{% set scopes = ['programme', 'country', 'pillar', 'value_chain'] %}

with

enterprises as (

    select distinct
        as_of_period,
        enterprise_key,
        kpi,
        unit
    from {{ ref('int_values_without_waivers') }}

),

reports as (

    -- All that is said of these enterprises, since another report would speak where one falls away.
    select
        reports.as_of_period,
        reports.project_code,
        reports.enterprise_key,
        enterprises.kpi,
        enterprises.unit,
        reports.country,
        reports.pillar,
        reports.value_chain,
        reports.period_index,
        coalesce(counted.kpi_value, 0) as kpi_value,
        {% for scope in scopes %}
            coalesce(counted.counts_in_{{ scope }}, false) as counts_in_{{ scope }},
        {% endfor %}
        case when without.kpi is null then counted.kpi_value else without.kpi_value end as value_without,
        case when without.kpi is null then counted.grade else without.grade end as grade_without
    from {{ ref('int_reports') }} as reports
    inner join enterprises
        on
            reports.as_of_period = enterprises.as_of_period
            and reports.enterprise_key = enterprises.enterprise_key
    left join {{ ref('int_surviving_values') }} as counted
        on
            reports.as_of_period = counted.as_of_period
            and reports.project_code = counted.project_code
            and reports.enterprise_key = counted.enterprise_key
            and enterprises.kpi = counted.kpi
    left join {{ ref('int_values_without_waivers') }} as without
        on
            reports.as_of_period = without.as_of_period
            and reports.project_code = without.project_code
            and reports.enterprise_key = without.enterprise_key
            and enterprises.kpi = without.kpi

),

ranked as (

    -- Who would speak for the enterprise, as in int_surviving_values.
    select
        *,
        case
            when value_without is not null
                then row_number() over (
                    partition by enterprise_key, as_of_period, kpi
                    order by
                        value_without is null,
                        case when unit = 'enterprises' then value_without end desc,
                        grade_without, period_index desc, project_code
                )
        end as ranking
    from reports

),

compared as (

    select
        *,
        kpi_value - coalesce(value_without, 0) as on_waivers_in_project,
        kpi_value * cast(counts_in_programme as integer)
        - case when ranking = 1 then value_without else 0 end as on_waivers_in_programme
        {% for scope in scopes if scope != 'programme' %}
            ,
            kpi_value * cast(counts_in_{{ scope }} as integer)
            - case
                when ranking = min(ranking) over (partition by enterprise_key, as_of_period, kpi, {{ scope }})
                    then value_without
                else 0
            end as on_waivers_in_{{ scope }}
        {% endfor %}
    from ranked

)

select
    md5(concat_ws('|', as_of_period, kpi, project_code, enterprise_key)) as result_key,
    as_of_period as period,
    {{ period_end('as_of_period') }} as period_end,
    kpi,
    unit,
    project_code,
    enterprise_key,
    country,
    pillar,
    value_chain,
    on_waivers_in_programme,
    on_waivers_in_country,
    on_waivers_in_pillar,
    on_waivers_in_value_chain,
    on_waivers_in_project
from compared
where
    on_waivers_in_project != 0
    {% for scope in scopes %}
        or on_waivers_in_{{ scope }} != 0
    {% endfor %}
