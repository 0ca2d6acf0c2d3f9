{{ config(tags=['follows_code']) }}

select
    {{ territory_key('country', 'territory_code') }} as territory_key,
    country,
    territory_code,
    name as territory_name,
    parent as parent_name,
    level as territory_level
from {{ ref('territories') }}
