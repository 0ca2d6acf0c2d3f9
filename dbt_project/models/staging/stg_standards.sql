select
    submission_id,
    row_number,
    enterprise_ref,
    standard,
    status,
    certificate_no,
    valid_from,
    valid_to,
    group_role,
    coalesce(evidence_grade, 'D') as evidence_grade
from {{ source('raw', 'standards') }}
