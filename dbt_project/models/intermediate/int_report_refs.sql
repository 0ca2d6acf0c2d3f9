-- The enterprise_refs whose detail rows make up each report that still counts.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

select
    as_of_period,
    as_of_index,
    as_of_date,
    project_code,
    enterprise_key,
    submission_id,
    enterprise_ref
from {{ ref('int_enterprise_identities') }}
where is_in_report and not is_stale
