with

source as (

    select * from {{ source('registry', 'projects') }}

),

renamed as (

    select
        project_code,
        title,
        country,
        pillar,
        lead_institution,
        start_date,
        end_date,
        grant_eur,
        call as funding_call,
        value_chains
    from source

)

select * from renamed
