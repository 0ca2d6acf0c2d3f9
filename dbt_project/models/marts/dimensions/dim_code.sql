{{ config(tags=['follows_code']) }}

select
    code_list || ':' || code as code_key,
    code_list,
    code,
    turn,
    label_es,
    label_pt,
    label_en
from {{ ref('labels') }}
