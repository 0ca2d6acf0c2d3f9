-- Names and tax ids behind the pseudonymous keys, as the last row of each project's enterprise_ref gives them.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'changed project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['enterprise_key']}]
) }}

with

latest_rows as (

    select distinct on (project_code, enterprise_ref)
        project_code,
        enterprise_ref,
        submission_id,
        row_number,
        period,
        is_valid
    from {{ ref('int_enterprise_rows') }}
    where enterprise_ref is not null
    order by project_code, enterprise_ref, is_valid desc, period_index desc, row_number

),

every_key as (

    select
        project_code,
        enterprise_ref,
        enterprise_key,
        true as is_current_key
    from {{ ref('int_enterprise_keys') }}

    union all

    -- Under which figures of earlier periods know it.
    select distinct
        identities.project_code,
        identities.enterprise_ref,
        identities.enterprise_key,
        false as is_current_key
    from {{ ref('int_enterprise_identities') }} as identities
    inner join {{ ref('int_enterprise_keys') }} as keys
        on
            identities.project_code = keys.project_code
            and identities.enterprise_ref = keys.enterprise_ref
            and identities.enterprise_key != keys.enterprise_key

)

select
    latest_rows.project_code,
    latest_rows.enterprise_ref,
    keys.enterprise_key,
    enterprises.tax_id,
    enterprises.tax_id_is_valid,
    enterprises.legal_name,
    latest_rows.period as reported_in,
    latest_rows.is_valid,
    keys.is_current_key
from latest_rows
inner join every_key as keys
    on
        latest_rows.project_code = keys.project_code
        and latest_rows.enterprise_ref = keys.enterprise_ref
inner join {{ source('raw', 'enterprises') }} as enterprises
    on
        latest_rows.submission_id = enterprises.submission_id
        and latest_rows.row_number = enterprises.row_number
