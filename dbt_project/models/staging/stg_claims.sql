select
    claim,
    scope_type,
    scope_code,
    kpi,
    as_of_period,
    relation,
    value as claimed_value,
    wording,
    source as published_in,
    published_on
from {{ source('registry', 'claims') }}
