{{ config(tags=['follows_code']) }}

select
    cause,
    turn,
    label_es,
    label_pt,
    label_en
from {{ ref('change_causes') }}
