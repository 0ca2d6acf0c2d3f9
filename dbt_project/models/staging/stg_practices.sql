select
    submission_id,
    row_number,
    enterprise_ref,
    practice,
    status,
    since_date,
    resource,
    unit,
    baseline_value,
    current_value,
    coalesce(evidence_grade, 'D') as evidence_grade
from {{ source('raw', 'practices') }}
