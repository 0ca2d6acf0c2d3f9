select
    period,
    {{ period_index('period') }} as period_index,
    ends_on,
    due_on
from {{ source('registry', 'reporting_calendar') }}
