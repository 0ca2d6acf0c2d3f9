select
    {{ row_key('facts.submission_id', 'standards', 'facts.row_number') }} as row_key,
    facts.submission_id,
    facts.row_number,
    facts.project_code,
    facts.period,
    {{ period_end('facts.period') }} as period_end,
    keys.enterprise_key,
    facts.standard,
    facts.status,
    facts.certificate_no is not null as has_certificate_no,
    facts.valid_from,
    facts.valid_to,
    facts.group_role,
    facts.evidence_grade,
    facts.is_valid
from {{ ref('int_standard_rows') }} as facts
left join {{ ref('int_enterprise_keys') }} as keys
    on
        facts.project_code = keys.project_code
        and facts.enterprise_ref = keys.enterprise_ref
