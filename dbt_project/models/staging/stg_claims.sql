with

source as (

    select * from {{ source('registry', 'claims') }}

),

renamed as (

    select
        claim,
        scope_type,
        scope_code,
        kpi,
        as_of_period,
        relation,
        value as claimed_value,
        wording,
        source as published_in,
        published_on
    from source

)

select * from renamed
