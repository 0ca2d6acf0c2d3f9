-- fct_result added up by what most questions ask for, without territory, activity and owner; people by sex and age, the
-- nominal change of business volume by its parts. On a tenth of the rows it says the same.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'affected project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'kpi', 'country']}]
) }}

{%- set reports = [
    'period', 'kpi', 'unit', 'project_code', 'country', 'pillar', 'value_chain', 'size_class', 'is_evidenced'
] -%}
{%- set parts = ['sex', 'age_group', 'change_part', 'shared_enterprise_key'] -%}
{%- set amounts = ['valid', 'unique_value', 'unique_in_country', 'unique_in_pillar', 'unique_in_value_chain'] %}

with

parts as (

    select
        {{ reports | join(', ') }},
        cast(null as text) as sex,
        cast(null as text) as age_group,
        cast(null as text) as change_part,
        case when unit = 'enterprises' and is_shared then enterprise_key end as shared_enterprise_key,
        valid,
        case when counts_in_programme then valid else 0 end as unique_value,
        case when counts_in_country then valid else 0 end as unique_in_country,
        case when counts_in_pillar then valid else 0 end as unique_in_pillar,
        case when counts_in_value_chain then valid else 0 end as unique_in_value_chain
    from {{ ref('fct_result') }}
    -- a nominal change of nothing has no parts
    where unit in ('enterprises', 'EUR') and (kpi != 'volume_change_nominal_eur' or valid = 0)

    union all

    select
        {{ reports | join(', ') }},
        sex,
        age_group,
        null as change_part,
        null as shared_enterprise_key,
        {{ amounts | join(', ') }}
    from {{ ref('kpi_green_jobs') }}

    union all

    select
        {{ reports | join(', ') }},
        null as sex,
        null as age_group,
        change_part,
        null as shared_enterprise_key,
        {{ amounts | join(', ') }}
    from {{ ref('kpi_business_volume') }}
    where kpi = 'volume_change_nominal_eur'

)

select
    {{ slice_key(reports + parts) }} as slice_key,
    period,
    {{ period_end('period') }} as period_end,
    {{ (reports[1:] + parts) | join(', ') }},
    cast(sum(valid) as numeric(24, 6)) as valid,
    cast(sum(unique_value) as numeric(24, 6)) as unique_value,
    cast(sum(unique_in_country) as numeric(24, 6)) as unique_in_country,
    cast(sum(unique_in_pillar) as numeric(24, 6)) as unique_in_pillar,
    cast(sum(unique_in_value_chain) as numeric(24, 6)) as unique_in_value_chain
from parts
group by {{ (reports + parts) | join(', ') }}
