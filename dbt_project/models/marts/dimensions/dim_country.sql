{{ config(tags=['follows_code']) }}

select
    country,
    name_es,
    name_pt,
    name_en,
    currency
from {{ ref('countries') }}
