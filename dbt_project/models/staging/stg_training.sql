select
    submission_id,
    row_number,
    enterprise_ref,
    topic,
    start_date,
    end_date,
    hours,
    women,
    men,
    coalesce(evidence_grade, 'D') as evidence_grade
from {{ source('raw', 'training') }}
