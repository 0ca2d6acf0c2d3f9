-- Green jobs by report, in people and FTE; one row a report with at least one row of a green category.
{{ config(meta={'rebuilt_by': 'changed project'}) }}

with

green_rows as (

    select
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        max(jobs.evidence_grade) as grade,
        coalesce(sum(jobs.baseline_headcount), 0) as baseline_headcount,
        coalesce(sum(jobs.current_headcount), 0) as current_headcount,
        coalesce(sum(jobs.maintained_headcount), 0) as maintained_headcount,
        coalesce(sum(jobs.baseline_fte), 0) as baseline_fte,
        coalesce(sum(jobs.current_fte), 0) as current_fte,
        coalesce(sum(jobs.maintained_fte), 0) as maintained_fte
    from {{ ref('int_report_refs') }} as refs
    inner join {{ ref('int_job_rows') }} as jobs
        on
            refs.project_code = jobs.project_code
            and refs.submission_id = jobs.submission_id
            and refs.enterprise_ref = jobs.enterprise_ref
            and jobs.is_valid
            and jobs.job_category in ('green', 'green_digital')
    group by refs.as_of_period, refs.project_code, refs.enterprise_key

)

select
    as_of_period,
    project_code,
    enterprise_key,
    grade,
    greatest(0, current_headcount - baseline_headcount) as created,
    maintained_headcount as maintained,
    greatest(0, baseline_headcount - current_headcount) as lost,
    greatest(0, current_fte - baseline_fte) as created_fte,
    maintained_fte,
    greatest(0, baseline_fte - current_fte) as lost_fte
from green_rows
