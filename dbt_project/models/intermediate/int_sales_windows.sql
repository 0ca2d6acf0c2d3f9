-- The sales rows that no rule keeps from being assessed, one row a window of each.
{{ config(meta={'rebuilt_by': 'changed submission'}) }}

with

not_assessable as (

    select distinct
        submission_id,
        row_number
    from {{ ref('stg_findings') }}
    where
        sheet = 'sales'
        and (rule, 'msmes_volume_assessable') in ({{ indicators_of_rules() }})
        and not waived

),

countries as (

    -- The enterprise's country, as the row's own version says it.
    select distinct on (project_code, submission_id, enterprise_ref)
        project_code,
        submission_id,
        enterprise_ref,
        country
    from {{ ref('int_enterprise_rows') }}
    where is_valid
    order by project_code, submission_id, enterprise_ref, row_number

),

assessable as (

    select
        sales.*,
        countries.country
    from {{ ref('int_sales_rows') }} as sales
    inner join countries
        on
            sales.project_code = countries.project_code
            and sales.submission_id = countries.submission_id
            and sales.enterprise_ref = countries.enterprise_ref
    left join not_assessable
        on
            sales.submission_id = not_assessable.submission_id
            and sales.row_number = not_assessable.row_number
    where
        sales.is_valid
        and not_assessable.row_number is null
        and sales.baseline_amount is not null
        and sales.current_amount is not null

)

select
    assessable.project_code,
    assessable.submission_id,
    assessable.row_number,
    assessable.country,
    assessable.currency,
    windows.sales_window,
    windows.amount,
    cast(date_trunc('month', windows.first_day) as date) as first_month,
    cast(date_trunc('month', windows.last_day) as date) as last_month
from assessable
cross join lateral (
    values
    ('baseline', assessable.baseline_amount, assessable.baseline_start, assessable.baseline_end),
    ('current', assessable.current_amount, assessable.current_start, assessable.current_end)
) as windows (sales_window, amount, first_day, last_day)
