with

source as (

    select * from {{ source('registry', 'received') }}

),

renamed as (

    select
        project_code,
        period,
        received_on
    from source

)

select * from renamed
