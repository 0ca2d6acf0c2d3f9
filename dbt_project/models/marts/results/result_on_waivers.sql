-- Which project's report of which enterprise adds to figures what would not be there without the office's waivers.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period']}]
) }}

{% set columns = [
    'as_of_period', 'project_code', 'enterprise_key', 'kpi', 'kpi_value', 'grade', 'period_index', 'country', 'pillar',
    'value_chain'
] %}
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

reported as (

    -- All that is said of these enterprises: another report would speak where one falls away.
    select
        reports.*,
        enterprises.unit,
        replacements.kpi is not null as is_replaced
    from {{ ref('int_surviving_values') }} as reports
    inner join enterprises
        on
            reports.as_of_period = enterprises.as_of_period
            and reports.enterprise_key = enterprises.enterprise_key
            and reports.kpi = enterprises.kpi
    left join {{ ref('int_values_without_waivers') }} as replacements
        on
            reports.as_of_period = replacements.as_of_period
            and reports.project_code = replacements.project_code
            and reports.enterprise_key = replacements.enterprise_key
            and reports.kpi = replacements.kpi

),

left_over as (

    select
        {{ columns | join(',\n        ') }},
        unit
    from reported
    where not is_replaced

    union all

    select
        {{ columns | join(',\n        ') }},
        unit
    from {{ ref('int_values_without_waivers') }}
    where kpi_value is not null

),

ranked as (

    -- Who would speak for the enterprise, as in int_surviving_values.
    select
        left_over.*,
        row_number() over (
            partition by left_over.enterprise_key, left_over.as_of_period, left_over.kpi
            order by {{ speaks_first('left_over', 'left_over.unit') }}
        ) as ranking
    from left_over

),

parts as (

    select
        as_of_period,
        kpi,
        unit,
        project_code,
        enterprise_key,
        country,
        pillar,
        value_chain,
        {% for scope in scopes %}
            kpi_value * cast(counts_in_{{ scope }} as integer) as in_{{ scope }},
        {% endfor %}
        kpi_value as in_project
    from reported

    union all

    select
        as_of_period,
        kpi,
        unit,
        project_code,
        enterprise_key,
        country,
        pillar,
        value_chain,
        case when ranking = 1 then -kpi_value else 0 end as in_programme,
        {% for scope in scopes if scope != 'programme' %}
            case
                when ranking = min(ranking) over (partition by enterprise_key, as_of_period, kpi, {{ scope }})
                    then -kpi_value
                else 0
            end as in_{{ scope }},
        {% endfor %}
        -kpi_value as in_project
    from ranked

),

compared as (

    select
        as_of_period,
        kpi,
        unit,
        project_code,
        enterprise_key,
        country,
        pillar,
        value_chain,
        {% for scope in scopes %}
            sum(in_{{ scope }}) as on_waivers_in_{{ scope }},
        {% endfor %}
        sum(in_project) as on_waivers_in_project
    from parts
    group by as_of_period, kpi, unit, project_code, enterprise_key, country, pillar, value_chain

)

select
    md5(concat_ws(
        '|', as_of_period, kpi, project_code, enterprise_key, coalesce(country, ''), coalesce(value_chain, '')
    )) as result_key,
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
