-- What became of the enterprises that joined in the same semester.
select
    {scope_columns},
    figure.cohort,
    -- 2024-S1 as 20241, so that semesters come in their order
    cast(replace(figure.cohort, '-S', '') as integer) as cohort_turn,
    figure.enterprise_count,
    figure.trained,
    figure.with_practice,
    figure.with_standard,
    figure.with_more_business
from marts.enterprise_cohort as figure
{scope_joins}
