{{ config(meta={'as_of': 'period'}) }}

select
    submission_id,
    project_code,
    delivery_number,
    period,
    version,
    status,
    is_current,
    duplicate_of,
    file_name,
    sha256,
    received_on,
    received_at,
    language,
    status in ('accepted', 'accepted_with_findings') as is_accepted
from {{ source('ops', 'submission') }}
