{{ config(tags=['follows_code']) }}

select
    {{ territory_key('territories.country', 'territories.territory_code') }} as territory_key,
    territories.country,
    territories.territory_code,
    territories.name as territory_name,
    territories.parent as parent_name,
    territories.level as territory_level,
    places.division_name,
    places.iso_3166_2,
    places.latitude,
    places.longitude,
    places.point_of
from {{ ref('territories') }} as territories
left join {{ ref('territory_places') }} as places
    on
        territories.country = places.country
        and territories.territory_code = places.territory_code
