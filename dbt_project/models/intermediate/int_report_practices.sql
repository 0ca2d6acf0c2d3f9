-- Practices in use at the period's end, by report; one row a report with at least one.
with

in_use as (

    select
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        practices.evidence_grade,
        coalesce(
            practices.resource is not null
            and practices.unit is not null
            and practices.baseline_value > 0
            and practices.baseline_value - practices.current_value >= 0.20 * practices.baseline_value,
            false
        ) as is_saving
    from {{ ref('int_report_refs') }} as refs
    inner join {{ ref('int_practice_rows') }} as practices
        on
            refs.submission_id = practices.submission_id
            and refs.enterprise_ref = practices.enterprise_ref
            and practices.is_valid
            and practices.status = 'in_use'
            and refs.as_of_date >= practices.since_date

)

select
    as_of_period,
    project_code,
    enterprise_key,
    min(evidence_grade) as practices_grade,
    min(evidence_grade) filter (where is_saving) as saving_grade
from in_use
group by as_of_period, project_code, enterprise_key
