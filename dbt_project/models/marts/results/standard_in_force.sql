-- The standards that count as of each period, each with the semester in which it lapses.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'changed project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period']}]
) }}

with

in_force as (

    select
        counted.as_of_period,
        counted.project_code,
        counted.submission_id,
        counted.row_number,
        counted.enterprise_key,
        counted.standard,
        counted.standard_kind,
        counted.is_certified,
        counted.grade,
        standards.valid_from,
        standards.valid_to,
        max(coalesce(standards.valid_to, 'infinity')) over (
            partition by counted.as_of_period, counted.project_code, counted.enterprise_key, counted.standard
        ) as last_valid_to
    from {{ ref('int_counted_standards') }} as counted
    inner join {{ ref('int_standard_rows') }} as standards
        on
            counted.project_code = standards.project_code
            and counted.submission_id = standards.submission_id
            and counted.row_number = standards.row_number

)

select
    concat_ws('/', as_of_period, submission_id, row_number) as in_force_key,
    as_of_period as period,
    {{ period_end('as_of_period') }} as period_end,
    project_code,
    submission_id,
    row_number,
    enterprise_key,
    standard,
    standard_kind,
    is_certified,
    grade as evidence_grade,
    valid_from,
    valid_to,
    {{ semester_of('valid_to') }} as lapses_in,
    coalesce(valid_to, 'infinity') < last_valid_to as is_renewed
from in_force
