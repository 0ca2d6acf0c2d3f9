{{ config(
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'is_valid', 'enterprise_key', 'is_assessable']}]
) }}

select
    {{ row_key('sales.submission_id', 'sales', 'sales.row_number') }} as row_key,
    sales.submission_id,
    sales.row_number,
    sales.project_code,
    sales.period,
    {{ period_end('sales.period') }} as period_end,
    keys.enterprise_key,
    sales.currency,
    sales.baseline_start,
    sales.baseline_end,
    sales.baseline_amount,
    sales.current_start,
    sales.current_end,
    sales.current_amount,
    changes.row_number is not null as is_assessable,
    changes.is_increased,
    changes.baseline_price_index,
    changes.current_price_index,
    changes.baseline_units_per_eur,
    changes.current_units_per_eur,
    changes.real_change,
    changes.volume_eur,
    changes.price_eur,
    -- what rounding leaves, so that the three add up to the whole
    round(changes.nominal_change_eur, 6) - round(changes.volume_eur, 6) - round(changes.price_eur, 6) as exchange_eur,
    changes.nominal_change_eur,
    sales.evidence_grade,
    sales.is_valid
from {{ ref('int_sales_rows') }} as sales
left join {{ ref('int_sales_changes') }} as changes
    on
        sales.project_code = changes.project_code
        and sales.submission_id = changes.submission_id
        and sales.row_number = changes.row_number
left join {{ ref('int_enterprise_keys') }} as keys
    on
        sales.project_code = keys.project_code
        and sales.enterprise_ref = keys.enterprise_ref
