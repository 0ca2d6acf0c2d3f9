-- From training to practice, standard and more business: enterprises that came to a stage through all before it.
select
    {scope_columns},
    figure.stage,
    figure.stage_number,
    figure.stage_number || '. ' || kpi.name_{language} as stage_label,
    figure.enterprise_count,
    figure.percent_of_trained
from marts.enterprise_funnel as figure
{scope_joins}
inner join marts.dim_kpi as kpi on figure.kpi = kpi.kpi
