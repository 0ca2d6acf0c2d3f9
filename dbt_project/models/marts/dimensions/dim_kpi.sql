{{ config(tags=['follows_code']) }}

select
    kpis.kpi,
    kpis.turn,
    kpis.unit,
    kpis.is_stock,
    kpis.unit != 'enterprises' as is_summed,
    kpis.adds_up_over,
    kpis.is_empty_without_values,
    coalesce(kpis.declared_field, '') != '' as is_declared,
    kpis.name_es,
    kpis.name_pt,
    kpis.name_en,
    kpis.definition_es,
    kpis.definition_pt,
    kpis.definition_en,
    adding.label_es as adding_es,
    adding.label_pt as adding_pt,
    adding.label_en as adding_en
from {{ ref('kpis') }} as kpis
inner join {{ ref('labels') }} as adding on adding.code_list = 'adding' and kpis.adding = adding.code
