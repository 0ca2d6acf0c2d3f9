-- Change of the business volume of every assessable sales row, in its currency and, where there are rates, in euros.
{{ config(meta={'rebuilt_by': 'changed submission'}) }}

with

valued as (

    select
        windows.*,
        prices.price_index,
        rates.units_per_eur
    from {{ ref('int_sales_windows') }} as windows
    inner join {{ ref('int_window_price_indices') }} as prices
        on
            windows.country = prices.country
            and windows.first_month = prices.first_month
            and windows.last_month = prices.last_month
    left join {{ ref('int_window_exchange_rates') }} as rates
        on
            windows.currency = rates.currency
            and windows.first_month = rates.first_month
            and windows.last_month = rates.last_month

),

paired as (

    select
        baselines.project_code,
        baselines.submission_id,
        baselines.row_number,
        baselines.amount as baseline_amount,
        currents.amount as current_amount,
        baselines.price_index as baseline_price_index,
        currents.price_index as current_price_index,
        baselines.units_per_eur as baseline_units_per_eur,
        currents.units_per_eur as current_units_per_eur
    from valued as baselines
    inner join valued as currents
        on
            baselines.project_code = currents.project_code
            and baselines.submission_id = currents.submission_id
            and baselines.row_number = currents.row_number
            and currents.sales_window = 'current'
    where baselines.sales_window = 'baseline'

),

terms as (

    -- The amounts whose differences are the changes, so that the parts add up without a remainder.
    select
        *,
        current_amount * baseline_price_index as current_times_baseline_index,
        baseline_amount / baseline_units_per_eur as baseline_eur,
        current_amount * baseline_price_index
        / (current_price_index * baseline_units_per_eur) as current_at_baseline_prices_eur,
        current_amount / baseline_units_per_eur as current_at_baseline_rates_eur,
        current_amount / current_units_per_eur as current_eur
    from paired

),

in_currency as (

    select
        project_code,
        submission_id,
        row_number,
        baseline_price_index,
        current_price_index,
        baseline_units_per_eur,
        current_units_per_eur,
        -- C / pi > B, without the rounding of a division
        current_times_baseline_index > baseline_amount * current_price_index as is_increased,
        trim_scale(current_times_baseline_index / current_price_index - baseline_amount) as real_change
    from terms

),

in_euros as (

    select
        project_code,
        submission_id,
        row_number,
        trim_scale(current_at_baseline_prices_eur - baseline_eur) as volume_eur,
        trim_scale(current_at_baseline_rates_eur - current_at_baseline_prices_eur) as price_eur,
        trim_scale(current_eur - current_at_baseline_rates_eur) as exchange_eur,
        trim_scale(current_eur - baseline_eur) as nominal_change_eur
    from terms
    where baseline_eur is not null and current_eur is not null

)

select
    in_currency.*,
    in_euros.volume_eur,
    in_euros.price_eur,
    in_euros.exchange_eur,
    in_euros.nominal_change_eur
from in_currency
left join in_euros
    on
        in_currency.project_code = in_euros.project_code
        and in_currency.submission_id = in_euros.submission_id
        and in_currency.row_number = in_euros.row_number
