-- Mean of the monthly rates (units of the currency per euro) of each window of months; none where a month has none.
{{ config(materialized='view', meta={'rebuilt_by': 'changed submission'}) }}

with

windows as (

    select distinct
        currency,
        first_month,
        last_month
    from {{ ref('int_sales_windows') }}

)

select
    windows.currency,
    windows.first_month,
    windows.last_month,
    trim_scale(avg(rates.units_per_eur)) as units_per_eur
from windows
cross join lateral generate_series(windows.first_month, windows.last_month, interval '1 month') as months (month)
left join {{ ref('fx_monthly') }} as rates
    on
        windows.currency = rates.currency
        and to_char(months.month, 'YYYY-MM') = rates.month
group by windows.currency, windows.first_month, windows.last_month
having count(*) = count(rates.units_per_eur)
