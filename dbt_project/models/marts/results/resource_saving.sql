-- What practices in use save of a resource, in the unit of the workbook and, where that is known, in a common measure.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise', 'as_of': 'period'},
    indexes=[
        {'columns': ['project_code']},
        {'columns': ['period', 'counts_in_programme', 'resource', 'is_saving_a_fifth']}
    ]
) }}

with

in_use as (

    select
        counted.as_of_period,
        counted.project_code,
        counted.submission_id,
        counted.row_number,
        counted.enterprise_key,
        counted.practice,
        counted.grade,
        counted.is_saving,
        practices.resource,
        practices.unit,
        practices.baseline_value,
        practices.current_value,
        -- what stands before and after "per": m3/t, kWh por unidad
        regexp_split_to_array(
            translate({{ plain_word('practices.unit') }}, '³²', '32'), '\s*/\s*|\s+(por|per)\s+'
        ) as unit_parts
    from {{ ref('int_counted_practices') }} as counted
    inner join {{ ref('int_practice_rows', rebuilt_by='affected project') }} as practices
        on
            counted.project_code = practices.project_code
            and counted.submission_id = practices.submission_id
            and counted.row_number = practices.row_number
    where
        practices.resource is not null
        and practices.baseline_value > 0
        and practices.current_value is not null

),

measured as (

    select
        in_use.*,
        units.measure,
        units.factor
    from in_use
    left join {{ ref('resource_units') }} as units
        on
            regexp_replace(in_use.unit_parts[1], '[\s.]', '', 'g') = units.resource_unit
            and cardinality(in_use.unit_parts) <= 2

)

select
    concat_ws('/', as_of_period, submission_id, row_number) as saving_key,
    as_of_period as period,
    {{ period_end('as_of_period') }} as period_end,
    project_code,
    submission_id,
    row_number,
    enterprise_key,
    practice,
    resource,
    unit as resource_unit,
    cast(baseline_value as numeric(24, 6)) as baseline_value,
    cast(current_value as numeric(24, 6)) as current_value,
    cast(baseline_value - current_value as numeric(24, 6)) as saved_value,
    {{ measured('100.0 * (baseline_value - current_value) / baseline_value', scale=1) }} as saved_percent,
    is_saving as is_saving_a_fifth,
    measure,
    case when measure is not null then unit_parts[2] end as output_unit,
    {{ measured('(baseline_value - current_value) * factor') }} as saved_measure,
    grade as evidence_grade,
    row_number() over (
        partition by as_of_period, enterprise_key, practice, resource
        order by grade, project_code, submission_id, row_number
    ) = 1 as counts_in_programme
from measured
