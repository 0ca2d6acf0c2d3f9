{{ config(tags=['follows_code']) }}

select
    standard,
    name as standard_name,
    kind as standard_kind,
    available_from,
    available_until
from {{ ref('standards') }}
