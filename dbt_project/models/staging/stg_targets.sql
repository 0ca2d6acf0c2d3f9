with

source as (

    select * from {{ source('registry', 'targets') }}

),

renamed as (

    select
        project_code,
        kpi,
        target,
        due_period,
        set_on
    from source

)

select * from renamed
