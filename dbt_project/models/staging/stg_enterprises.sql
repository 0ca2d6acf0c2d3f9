with

source as (

    select * from {{ source('raw', 'enterprises') }}

),

renamed as (

    select
        submission_id,
        row_number,
        enterprise_ref,
        enterprise_key as project_enterprise_key,
        case when tax_id_is_valid then taxpayer_key end as taxpayer_key,
        country,
        territory_code,
        isic_class,
        value_chain,
        size_class,
        owner_sex,
        owner_age_group,
        joined_on
    from source

)

select * from renamed
