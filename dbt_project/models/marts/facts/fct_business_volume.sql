{{ config(
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'valid', 'enterprise_key', 'is_assessable']}]
) }}

select
    sales.submission_id,
    sales.row_number,
    sales.project_code,
    sales.period,
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
    changes.exchange_eur,
    changes.nominal_change_eur,
    sales.evidence_grade,
    sales.is_valid as valid
from {{ ref('int_sales_rows') }} as sales
left join {{ ref('int_sales_changes') }} as changes
    on
        sales.submission_id = changes.submission_id
        and sales.row_number = changes.row_number
left join {{ ref('int_enterprise_keys') }} as keys
    on
        sales.project_code = keys.project_code
        and sales.enterprise_ref = keys.enterprise_ref
