{{ config(tags=['follows_code']) }}

select
    code as value_chain,
    label_es,
    label_pt,
    label_en
from {{ ref('codelists') }}
where codelist = 'value_chain'
