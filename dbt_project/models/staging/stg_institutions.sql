with

source as (

    select * from {{ source('registry', 'institutions') }}

),

renamed as (

    select
        institution,
        name as institution_name,
        country,
        region,
        kind
    from source

)

select * from renamed
