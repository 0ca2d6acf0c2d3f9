select
    {{ row_key('facts.submission_id', 'practices', 'facts.row_number') }} as row_key,
    facts.submission_id,
    facts.row_number,
    facts.project_code,
    facts.period,
    {{ period_end('facts.period') }} as period_end,
    keys.enterprise_key,
    facts.practice,
    facts.status,
    facts.since_date,
    facts.resource,
    facts.unit as resource_unit,
    facts.baseline_value,
    facts.current_value,
    facts.evidence_grade,
    facts.is_valid
from {{ ref('int_practice_rows') }} as facts
left join {{ ref('int_enterprise_keys') }} as keys
    on
        facts.project_code = keys.project_code
        and facts.enterprise_ref = keys.enterprise_ref
