-- Rows of current versions that are in no figure for what they are themselves: an error, a repetition, a total, a note,
-- an implausible number of people that nobody has confirmed.
{{ config(meta={'rebuilt_by': 'changed submission'}) }}

select
    versions.project_code,
    findings.submission_id,
    findings.sheet,
    findings.row_number,
    min(findings.rule) as rule
from {{ ref('stg_findings') }} as findings
inner join {{ ref('int_current_versions') }} as versions on findings.submission_id = versions.submission_id
where
    findings.row_number is not null
    and (
        ((findings.severity = 'error' or findings.rule in ({{ rules_row_out() }})) and not findings.waived)
        -- A valid row has no R01 and no R05 at all (kpis.md): a waiver shows them as waived, and counts nothing twice.
        or findings.rule in ({{ rules_no_data_row() }})
    )
group by versions.project_code, findings.submission_id, findings.sheet, findings.row_number
