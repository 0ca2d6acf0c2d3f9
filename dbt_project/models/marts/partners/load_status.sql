{{ config(tags=['follows_load_date']) }}
with

deliveries as (

    select
        count(*) as delivery_count,
        max(received_at) as last_received_at
    from {{ ref('stg_submissions') }}

),

latest_period as (

    select max(period) as latest_period
    from {{ ref('int_periods') }}

)

select
    night.load_date,
    latest_period.latest_period,
    deliveries.delivery_count,
    deliveries.last_received_at
from {{ ref('stg_load_date') }} as night
cross join latest_period
cross join deliveries
