-- Rows of current versions that are in no figure for what they are themselves: an error, a repetition, a total, a note.
select distinct
    findings.submission_id,
    findings.sheet,
    findings.row_number
from {{ ref('stg_findings') }} as findings
inner join {{ ref('int_current_versions') }} as versions on findings.submission_id = versions.submission_id
where
    findings.row_number is not null
    and not findings.waived
    and (findings.severity = 'error' or findings.rule in ('R01', 'R05'))
