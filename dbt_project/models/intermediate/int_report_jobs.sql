-- Green jobs by report, in people and FTE; one row a report with at least one row of a green category.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

select
    refs.as_of_period,
    refs.project_code,
    refs.enterprise_key,
    {{ green_jobs_of('jobs') }}
from {{ ref('int_report_refs') }} as refs
inner join {{ ref('int_job_rows') }} as jobs
    on
        refs.project_code = jobs.project_code
        and refs.submission_id = jobs.submission_id
        and refs.enterprise_ref = jobs.enterprise_ref
        and jobs.is_valid
        and {{ is_green('jobs') }}
group by refs.as_of_period, refs.project_code, refs.enterprise_key
