-- The headline figures: one row a period, scope and indicator.
select
    figure.period,
    figure.scope_type,
    figure.scope_code,
    scope.scope_key,
    {scope_label} as scope,
    {scope_turn} as scope_turn,
    figure.kpi,
    kpi.name_{language} as indicator,
    kpi.turn as kpi_turn,
    unit.label_{language} as unit,
    figure.claimed,
    figure.valid,
    figure.unique_value,
    figure.evidenced
from marts.kpi_headline as figure
inner join marts.dim_kpi as kpi on figure.kpi = kpi.kpi
left join marts.dim_code as unit on unit.code_list = 'unit' and figure.unit = unit.code
{scope_joins}
