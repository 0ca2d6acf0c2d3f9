-- Enterprises rows of current versions, each with whether it is valid.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'changed project'},
    indexes=[{'columns': ['project_code']}]
) }}

select
    versions.project_code,
    versions.period,
    versions.period_index,
    enterprises.*,
    rejected.row_number is null as is_valid
from {{ ref('stg_enterprises') }} as enterprises
inner join {{ ref('int_current_versions') }} as versions on enterprises.submission_id = versions.submission_id
left join {{ ref('int_rejected_rows') }} as rejected
    on
        enterprises.submission_id = rejected.submission_id
        and enterprises.row_number = rejected.row_number
        and rejected.sheet = 'enterprises'
        and {{ in_changed_project('rejected.project_code') }}
where {{ in_changed_submission('enterprises.submission_id') }} and {{ in_changed_project('versions.project_code') }}
