-- Practices in use at the period's end, by report; one row a practice row that counts.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

with

in_use as (

    select
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        practices.submission_id,
        practices.row_number,
        practices.practice,
        practices.resource,
        practices.evidence_grade as grade,
        {{ is_saving('practices') }} as is_saving
    from {{ ref('int_report_refs') }} as refs
    inner join {{ ref('int_practice_rows') }} as practices
        on
            refs.project_code = practices.project_code
            and refs.submission_id = practices.submission_id
            and refs.enterprise_ref = practices.enterprise_ref
            and {{ is_in_use('practices', 'refs.as_of_date') }}

)

select
    *,
    row_number() over (
        partition by enterprise_key, as_of_period, project_code
        order by grade, row_number
    ) = 1 as is_leading,
    is_saving
    and row_number() over (
        partition by enterprise_key, as_of_period, project_code
        order by is_saving desc, grade, row_number
    ) = 1 as is_leading_saving
from in_use
