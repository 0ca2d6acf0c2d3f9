-- A view, because raw keeps the covers already: what each delivery says of itself and declares.
{{ config(materialized='view') }}

select
    submission_id,
    project_code,
    period,
    language,
    decimal_mark,
    submitted_by,
    contact_email,
    nothing_to_report,
    declared_msmes_trained,
    declared_msmes_practices,
    declared_green_jobs,
    declared_msmes_standards,
    declared_msmes_volume_increased,
    received
from {{ source('raw', 'cover') }}
