{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'changed project'},
    indexes=[{'columns': ['project_code']}]
) }}

with

finding_counts as (

    select
        submission_id,
        count(*) filter (where severity = 'critical') as critical_count,
        count(*) filter (where severity = 'error') as error_count,
        count(*) filter (where severity = 'warning') as warning_count,
        count(*) filter (where waived) as waived_count
    from {{ ref('stg_findings') }}
    where {{ in_changed_submission('submission_id') }}
    group by submission_id

)

select
    submissions.submission_id,
    submissions.project_code,
    submissions.delivery_number,
    submissions.period,
    submissions.version,
    submissions.status,
    submissions.is_current and submissions.is_accepted as valid,
    submissions.duplicate_of,
    submissions.file_name,
    submissions.sha256,
    submissions.received_on,
    submissions.received_at,
    submissions.language,
    coalesce(finding_counts.critical_count, 0) as critical_count,
    coalesce(finding_counts.error_count, 0) as error_count,
    coalesce(finding_counts.warning_count, 0) as warning_count,
    coalesce(finding_counts.waived_count, 0) as waived_count
from {{ ref('stg_submissions') }} as submissions
left join finding_counts on submissions.submission_id = finding_counts.submission_id
where {{ in_changed_project('submissions.project_code') }}
