-- fct_result added up by what most questions ask for, without territory, activity and owner; people by sex and age, the
-- nominal change of business volume by its parts. On a fifth of the rows it says the same.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'affected project', 'as_of': 'period'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'kpi', 'country']}]
) }}

{%- set reports = [
    'period', 'kpi', 'unit', 'project_code', 'country', 'pillar', 'value_chain', 'size_class', 'is_evidenced'
] -%}
{%- set parts = ['sex', 'age_group', 'change_part', 'shared_enterprise_key'] -%}
{%- set amounts = ['valid', 'unique_value', 'unique_in_country', 'unique_in_pillar', 'unique_in_value_chain'] %}

with

results as (

    -- Added up before its sums are spread over four columns, which are most of the work.
    select
        {{ reports | join(', ') }},
        case when unit = 'enterprises' and is_shared then enterprise_key end as shared_enterprise_key,
        counts_in_programme,
        counts_in_country,
        counts_in_pillar,
        counts_in_value_chain,
        sum(valid) as valid
    from {{ ref('fct_result') }}
    -- a nominal change of nothing has no parts
    where unit in ('enterprises', 'EUR') and (kpi != 'volume_change_nominal_eur' or valid = 0)
    group by
        {{ reports | join(', ') }}, shared_enterprise_key,
        counts_in_programme, counts_in_country, counts_in_pillar, counts_in_value_chain

),

slices as (

    select
        {{ reports | join(', ') }},
        sex,
        age_group,
        null as change_part,
        {{ amounts | join(', ') }}
    from {{ ref('kpi_green_jobs') }}

    union all

    select
        {{ reports | join(', ') }},
        null as sex,
        null as age_group,
        change_part,
        {{ amounts | join(', ') }}
    from {{ ref('kpi_business_volume') }}
    where kpi = 'volume_change_nominal_eur'

),

summaries as (

    select
        {{ reports | join(', ') }},
        cast(null as text) as sex,
        cast(null as text) as age_group,
        cast(null as text) as change_part,
        shared_enterprise_key,
        sum(valid) as valid,
        sum(valid) filter (where counts_in_programme) as unique_value,
        sum(valid) filter (where counts_in_country) as unique_in_country,
        sum(valid) filter (where counts_in_pillar) as unique_in_pillar,
        sum(valid) filter (where counts_in_value_chain) as unique_in_value_chain
    from results
    group by {{ reports | join(', ') }}, shared_enterprise_key

    union all

    select
        {{ reports | join(', ') }},
        sex,
        age_group,
        change_part,
        null as shared_enterprise_key,
        sum(valid) as valid,
        sum(unique_value) as unique_value,
        sum(unique_in_country) as unique_in_country,
        sum(unique_in_pillar) as unique_in_pillar,
        sum(unique_in_value_chain) as unique_in_value_chain
    from slices
    group by {{ reports | join(', ') }}, sex, age_group, change_part

)

select
    {{ slice_key(reports + parts) }} as slice_key,
    period,
    {{ period_end('period') }} as period_end,
    {{ (reports[1:] + parts) | join(', ') }},
    cast(valid as numeric(24, 6)) as valid,
    cast(unique_value as numeric(24, 6)) as unique_value,
    cast(unique_in_country as numeric(24, 6)) as unique_in_country,
    cast(unique_in_pillar as numeric(24, 6)) as unique_in_pillar,
    cast(unique_in_value_chain as numeric(24, 6)) as unique_in_value_chain
from summaries
