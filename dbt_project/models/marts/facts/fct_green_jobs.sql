select
    {{ row_key('facts.submission_id', 'jobs', 'facts.row_number') }} as row_key,
    facts.submission_id,
    facts.row_number,
    facts.project_code,
    facts.period,
    {{ period_end('facts.period') }} as period_end,
    keys.enterprise_key,
    facts.job_category,
    {{ is_green('facts') }} as is_green,
    facts.sex,
    facts.age_group,
    facts.green_basis,
    facts.decent_work,
    facts.baseline_headcount,
    facts.current_headcount,
    facts.maintained_headcount,
    facts.baseline_fte,
    facts.current_fte,
    facts.maintained_fte,
    facts.evidence_grade,
    facts.is_valid
from {{ ref('int_job_rows') }} as facts
left join {{ ref('int_enterprise_keys') }} as keys
    on
        facts.project_code = keys.project_code
        and facts.enterprise_ref = keys.enterprise_ref
