-- What each indicator means.
select
    kpi.kpi,
    kpi.turn,
    kpi.name_{language} as indicator,
    kpi.definition_{language} as meaning,
    unit.label_{language} as unit,
    kpi.adding_{language} as adding
from marts.dim_kpi as kpi
left join marts.dim_code as unit on unit.code_list = 'unit' and kpi.unit = unit.code
