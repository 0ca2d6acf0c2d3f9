-- What was known of each enterprise over time: a row for every stretch of periods in which nothing of it changed.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise'}
) }}

with

best_reports as (

    -- Of several projects' reports the latest describes the enterprise, then that of the lowest project code.
    select distinct on (enterprise_key, as_of_period)
        *,
        md5(
            cast(
                row(country, territory_code, isic_class, value_chain, size_class, owner_sex, owner_age_group) as text
            )
        ) as description
    from {{ ref('int_reports') }}
    order by enterprise_key, as_of_period, period_index desc, project_code

),

changes as (

    select
        *,
        coalesce(
            lag(description) over (partition by enterprise_key order by as_of_index) != description, true
        ) as is_change
    from best_reports

),

stretches as (

    select
        *,
        count(*) filter (where is_change) over (partition by enterprise_key order by as_of_index) as stretch
    from changes

)

select
    stretches.enterprise_key || '/' || min(stretches.as_of_period) as stretch_key,
    stretches.enterprise_key,
    min(stretches.as_of_period) as from_period,
    max(stretches.as_of_period) as to_period,
    min(stretches.country) as country,
    min(stretches.known_territory_code) as territory_code,
    min({{ territory_key('stretches.country', 'stretches.known_territory_code') }}) as territory_key,
    min(stretches.isic_class) as isic_class,
    min(stretches.value_chain) as value_chain,
    min(stretches.size_class) as size_class,
    min(stretches.owner_sex) as owner_sex,
    min(stretches.owner_age_group) as owner_age_group,
    max(stretches.stretch) = max(max(stretches.stretch)) over (partition by stretches.enterprise_key) as is_latest
from stretches
group by stretches.enterprise_key, stretches.stretch
