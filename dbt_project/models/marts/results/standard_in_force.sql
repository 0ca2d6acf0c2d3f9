-- The standards that count as of each period, each with the semester in which it lapses.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'changed project', 'as_of': 'period'},
    indexes=[
        {'columns': ['project_code']},
        {'columns': ['period', 'is_lapsing', 'group_role']},
        {'columns': ['period', 'is_renewed', 'lapses_in', 'enterprise_key', 'standard', 'is_certified']}
    ]
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
        counted.group_role,
        counted.is_certified,
        counted.grade,
        reports.country,
        reports.pillar,
        reports.value_chain,
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
    inner join {{ ref('int_reports') }} as reports
        on
            counted.as_of_period = reports.as_of_period
            and counted.project_code = reports.project_code
            and counted.enterprise_key = reports.enterprise_key

)

select
    concat_ws('/', as_of_period, submission_id, row_number) as in_force_key,
    as_of_period as period,
    {{ period_end('as_of_period') }} as period_end,
    project_code,
    submission_id,
    row_number,
    enterprise_key,
    country,
    pillar,
    value_chain,
    standard,
    standard_kind,
    group_role,
    is_certified,
    grade as evidence_grade,
    valid_from,
    valid_to,
    {{ semester_of('valid_to') }} as lapses_in,
    coalesce(valid_to, 'infinity') < last_valid_to as is_renewed,
    coalesce(
        valid_to = last_valid_to and valid_to <= {{ period_end('as_of_period') }} + interval '1 year', false
    ) as is_lapsing
from in_force
