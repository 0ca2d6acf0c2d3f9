with

source as (

    select * from {{ source('registry', 'reporting_calendar') }}

),

renamed as (

    select
        period,
        {{ period_index('period') }} as period_index,
        ends_on,
        due_on
    from source

)

select * from renamed
