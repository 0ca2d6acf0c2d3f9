-- What became of the enterprises that joined in the same semester.
select
    {scope_columns},
    figure.cohort,
    figure.enterprise_count,
    figure.trained,
    figure.with_practice,
    figure.with_standard,
    figure.with_more_business
from marts.enterprise_cohort as figure
{scope_joins}
