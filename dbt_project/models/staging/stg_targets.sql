select
    project_code,
    kpi,
    target,
    due_period,
    set_on
from {{ source('registry', 'targets') }}
