-- Hours and participants are added up from the index alone.
{{ config(
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'is_valid', 'hours', 'women', 'men']}]
) }}

select
    {{ row_key('facts.submission_id', 'training', 'facts.row_number') }} as row_key,
    facts.submission_id,
    facts.row_number,
    facts.project_code,
    facts.period,
    {{ period_end('facts.period') }} as period_end,
    keys.enterprise_key,
    facts.topic,
    facts.start_date,
    facts.end_date,
    facts.hours,
    facts.women,
    facts.men,
    facts.evidence_grade,
    facts.is_valid
from {{ ref('int_training_rows') }} as facts
left join {{ ref('int_enterprise_keys') }} as keys
    on
        facts.project_code = keys.project_code
        and facts.enterprise_ref = keys.enterprise_ref
