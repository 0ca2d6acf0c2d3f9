{# Rows of a sheet of details in current versions; valid where neither the row nor its enterprise's row is rejected. #}
{% macro rows_of(sheet) -%}

with

valid_enterprises as (

    select distinct
        project_code,
        submission_id,
        enterprise_ref
    from {{ ref('int_enterprise_rows') }}
    where is_valid

)

select
    versions.project_code,
    versions.period,
    versions.period_index,
    details.*,
    rejected.row_number is null and valid_enterprises.submission_id is not null as is_valid
from {{ ref('stg_' ~ sheet) }} as details
inner join {{ ref('int_current_versions') }} as versions on details.submission_id = versions.submission_id
left join {{ ref('int_rejected_rows') }} as rejected
    on
        versions.project_code = rejected.project_code
        and details.submission_id = rejected.submission_id
        and details.row_number = rejected.row_number
        and rejected.sheet = '{{ sheet }}'
left join valid_enterprises
    on
        versions.project_code = valid_enterprises.project_code
        and details.submission_id = valid_enterprises.submission_id
        and details.enterprise_ref = valid_enterprises.enterprise_ref

{%- endmacro %}
