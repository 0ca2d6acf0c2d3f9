-- Enterprises rows of current versions, each with whether it is valid, and the key of a tax id that identifies.
{{ config(meta={'rebuilt_by': 'changed submission'}) }}

with

confirmed_tax_ids as (

    -- A tax id that fails its check identifies like a valid one where the programme office has confirmed it.
    select distinct
        submission_id,
        row_number
    from {{ ref('stg_findings') }}
    where rule = 'E03' and waived

)

select
    versions.project_code,
    versions.period,
    versions.period_index,
    enterprises.submission_id,
    enterprises.row_number,
    enterprises.enterprise_ref,
    enterprises.project_enterprise_key,
    case
        when enterprises.tax_id_is_valid or confirmed_tax_ids.row_number is not null then enterprises.taxpayer_key
    end as taxpayer_key,
    enterprises.tax_id_is_valid,
    enterprises.country,
    enterprises.territory_code,
    enterprises.has_territory_name,
    enterprises.isic_class,
    enterprises.value_chain,
    enterprises.size_class,
    enterprises.owner_sex,
    enterprises.owner_age_group,
    enterprises.joined_on,
    rejected.row_number is null as is_valid
from {{ ref('stg_enterprises') }} as enterprises
inner join {{ ref('int_current_versions') }} as versions on enterprises.submission_id = versions.submission_id
left join confirmed_tax_ids
    on
        enterprises.submission_id = confirmed_tax_ids.submission_id
        and enterprises.row_number = confirmed_tax_ids.row_number
left join {{ ref('int_rejected_rows') }} as rejected
    on
        versions.project_code = rejected.project_code
        and enterprises.submission_id = rejected.submission_id
        and enterprises.row_number = rejected.row_number
        and rejected.sheet = 'enterprises'
