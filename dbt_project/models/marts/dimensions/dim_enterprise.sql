-- One row a key that an enterprise goes by or went by, described by the last row reported of it, valid ones first.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise'}
) }}

with

current_keys as (

    select
        project_code,
        enterprise_ref,
        enterprise_key,
        has_tax_id,
        enterprise_key as current_enterprise_key
    from {{ ref('int_enterprise_keys') }}

),

former_keys as (

    -- Under which figures of earlier periods know an enterprise whose tax id came later, or was corrected.
    select distinct
        identities.project_code,
        identities.enterprise_ref,
        identities.enterprise_key,
        identities.has_tax_id,
        keys.enterprise_key as current_enterprise_key
    from {{ ref('int_enterprise_identities') }} as identities
    inner join {{ ref('int_enterprise_keys', rebuilt_by='affected project') }} as keys
        on
            identities.project_code = keys.project_code
            and identities.enterprise_ref = keys.enterprise_ref
            and identities.enterprise_key != keys.enterprise_key
    left join current_keys on identities.enterprise_key = current_keys.enterprise_key
    where current_keys.enterprise_key is null

),

every_key as (

    select * from current_keys
    union all
    select * from former_keys

),

enterprise_rows as (

    select
        keys.enterprise_key,
        keys.has_tax_id,
        keys.current_enterprise_key,
        enterprises.*
    from {{ ref('int_enterprise_rows') }} as enterprises
    inner join every_key as keys
        on
            enterprises.project_code = keys.project_code
            and enterprises.enterprise_ref = keys.enterprise_ref

),

latest_rows as (

    select distinct on (enterprise_key) *
    from enterprise_rows
    order by enterprise_key, is_valid desc, period_index desc, project_code, row_number

),

spans as (

    select
        enterprise_key,
        min(joined_on) filter (where is_valid) as first_joined_on,
        count(distinct project_code) as project_count
    from enterprise_rows
    group by enterprise_key

)

select
    latest_rows.enterprise_key,
    latest_rows.has_tax_id,
    latest_rows.is_valid,
    latest_rows.country,
    territories.territory_code,
    {{ territory_key('territories.country', 'territories.territory_code') }} as territory_key,
    latest_rows.isic_class,
    latest_rows.value_chain,
    latest_rows.size_class,
    latest_rows.owner_sex,
    latest_rows.owner_age_group,
    latest_rows.period as last_reported_in,
    spans.first_joined_on,
    spans.project_count,
    latest_rows.current_enterprise_key,
    latest_rows.enterprise_key = latest_rows.current_enterprise_key as is_current_key
from latest_rows
inner join spans on latest_rows.enterprise_key = spans.enterprise_key
left join {{ ref('territories') }} as territories
    on
        latest_rows.country = territories.country
        and latest_rows.territory_code = territories.territory_code
