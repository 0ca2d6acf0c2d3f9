-- Mean price index of each window of months in each country; none where a month of it has none.
{{ config(materialized='view', meta={'rebuilt_by': 'changed submission'}) }}

with

windows as (

    select distinct
        country,
        first_month,
        last_month
    from {{ ref('int_sales_windows') }}

)

select
    windows.country,
    windows.first_month,
    windows.last_month,
    trim_scale(avg(prices.index_2019_100)) as price_index
from windows
cross join lateral generate_series(windows.first_month, windows.last_month, interval '1 month') as months (month)
left join {{ ref('cpi_annual') }} as prices
    on
        windows.country = prices.country
        and extract(year from months.month) = prices.year
group by windows.country, windows.first_month, windows.last_month
having count(*) = count(prices.index_2019_100)
