{{ config(tags=['follows_code']) }}

select
    code as practice,
    label_es,
    label_pt,
    label_en
from {{ ref('codelists') }}
where codelist = 'practice'
