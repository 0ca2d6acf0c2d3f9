select
    project_code,
    title,
    country,
    pillar,
    lead_institution,
    start_date,
    end_date,
    grant_eur,
    call as funding_call,
    value_chains
from {{ source('registry', 'projects') }}
