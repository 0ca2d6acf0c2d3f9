with

source as (

    select * from {{ source('registry', 'project_institutions') }}

),

renamed as (

    select
        project_code,
        institution,
        role as institution_role
    from source

)

select * from renamed
