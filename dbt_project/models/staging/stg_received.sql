select
    project_code,
    period,
    received_on
from {{ source('registry', 'received') }}
