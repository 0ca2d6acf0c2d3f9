{{ config(indexes=[{'columns': ['project_code']}]) }}

with

finding_counts as (

    select
        submission_id,
        count(*) filter (where severity = 'critical') as critical_count,
        count(*) filter (where severity = 'error') as error_count,
        count(*) filter (where severity = 'warning') as warning_count,
        count(*) filter (where waived) as waived_count
    from {{ ref('stg_findings') }}
    group by submission_id

),

project_words as (

    select
        folders.project_code,
        {{ words_of("concat_ws(' ', folders.project_code, projects.title, projects.value_chains)") }} as words
    from (
        select distinct project_code from {{ ref('stg_submissions') }}
    ) as folders
    left join {{ ref('stg_projects') }} as projects on folders.project_code = projects.project_code

)

select
    submissions.submission_id,
    submissions.project_code,
    submissions.delivery_number,
    submissions.period,
    {{ period_end('submissions.period') }} as period_end,
    submissions.version,
    submissions.status,
    submissions.is_current and submissions.is_accepted as is_valid,
    submissions.duplicate_of,
    {{ delivery_label('submissions.file_name', 'project_words.words') }} as delivery_label,
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
inner join project_words on submissions.project_code = project_words.project_code
