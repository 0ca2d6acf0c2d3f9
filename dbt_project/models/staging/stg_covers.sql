select
    submission_id,
    coalesce(nothing_to_report, false) as has_nothing_to_report,
    declared_msmes_trained,
    declared_msmes_practices,
    declared_green_jobs,
    declared_msmes_standards,
    declared_msmes_volume_increased
from {{ source('raw', 'cover') }}
