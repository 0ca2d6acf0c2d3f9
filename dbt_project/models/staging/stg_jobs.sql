select
    submission_id,
    row_number,
    enterprise_ref,
    job_category,
    sex,
    age_group,
    green_basis,
    decent_work,
    baseline_headcount,
    current_headcount,
    maintained_headcount,
    baseline_fte,
    current_fte,
    maintained_fte,
    coalesce(evidence_grade, 'D') as evidence_grade
from {{ source('raw', 'jobs') }}
