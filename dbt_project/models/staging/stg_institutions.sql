select
    institution,
    name as institution_name,
    country,
    region,
    kind
from {{ source('registry', 'institutions') }}
