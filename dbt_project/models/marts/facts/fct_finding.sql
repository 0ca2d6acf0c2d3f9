{{ config(indexes=[{'columns': ['project_code']}, {'columns': ['severity', 'rule', 'waived', 'submission_id']}]) }}

with

findings as (

    -- What is found twice at one place is told apart by nothing but its number.
    select
        *,
        row_number() over (
            partition by submission_id
            order by sheet, row_number nulls first, column_name nulls first, rule, cell, waived
        ) as finding_number
    from {{ ref('stg_findings') }}

),

valid_enterprises as (

    select distinct
        submission_id,
        enterprise_ref
    from {{ ref('int_enterprise_rows') }}
    where is_valid

)

select
    findings.submission_id || '/' || findings.finding_number as finding_key,
    findings.submission_id,
    cast(findings.finding_number as integer) as finding_number,
    submissions.project_code,
    submissions.period,
    {{ period_end('submissions.period') }} as period_end,
    findings.rule,
    findings.severity,
    findings.sheet,
    findings.row_number,
    findings.column_name,
    findings.cell,
    findings.waived,
    keys.enterprise_key,
    case
        when findings.row_number is not null and findings.sheet != 'cover'
            then rejected.row_number is null and valid_enterprises.submission_id is not null
    end as is_valid
from findings
inner join {{ ref('stg_submissions') }} as submissions on findings.submission_id = submissions.submission_id
left join {{ ref('int_rejected_rows') }} as rejected
    on
        findings.submission_id = rejected.submission_id
        and findings.sheet = rejected.sheet
        and findings.row_number = rejected.row_number
left join valid_enterprises
    on
        findings.submission_id = valid_enterprises.submission_id
        and findings.enterprise_ref = valid_enterprises.enterprise_ref
left join {{ ref('int_enterprise_keys') }} as keys
    on
        submissions.project_code = keys.project_code
        and findings.enterprise_ref = keys.enterprise_ref
