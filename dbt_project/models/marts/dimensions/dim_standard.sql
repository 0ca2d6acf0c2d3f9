{{ config(tags=['follows_code']) }}

select
    standards.standard,
    standards.name as standard_name,
    labels.label_es,
    labels.label_pt,
    labels.label_en,
    standards.kind as standard_kind,
    standards.available_from,
    standards.available_until
from {{ ref('standards') }} as standards
inner join {{ ref('labels') }} as labels on labels.code_list = 'standard' and standards.standard = labels.code
