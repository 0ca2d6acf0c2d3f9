-- The load date of the night at work; the variable as_of takes its place in reruns by hand.
with

source as (

    select * from {{ source('ops', 'night') }}

),

latest_night as (

    select as_of as load_date
    from source
    order by started_at desc, night_id desc
    limit 1

)

select
    {% if var('as_of', '') %}
        cast('{{ var("as_of") }}' as date) as load_date
    {% else %}
        load_date
    {% endif %}
from latest_night
