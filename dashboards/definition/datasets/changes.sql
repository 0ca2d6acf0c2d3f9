-- How figures changed from night to night, and why.
select
    {scope_columns},
    {kpi_columns},
    figure.night_id,
    figure.as_of,
    cause.label_{language} as cause,
    figure.difference_valid,
    figure.difference_unique,
    figure.difference_evidenced,
    figure.published_at = (select max(published_at) from marts.figure_change) as is_last_night
from marts.figure_change as figure
inner join marts.dim_kpi as kpi on figure.kpi = kpi.kpi
{scope_joins}
left join marts.dim_change_cause as cause on figure.cause = cause.cause
