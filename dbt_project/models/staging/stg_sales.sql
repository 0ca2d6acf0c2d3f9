select
    submission_id,
    row_number,
    enterprise_ref,
    baseline_start,
    baseline_end,
    baseline_amount,
    current_start,
    current_end,
    current_amount,
    currency,
    coalesce(evidence_grade, 'D') as evidence_grade
from {{ source('raw', 'sales') }}
