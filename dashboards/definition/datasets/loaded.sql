-- Of which semester and scope a page is, and of which day. One row a period and scope.
select
    chosen.period,
    chosen.scope,
    {loaded_sentence} as sentence
from marts.load_status as figure
cross join (
    select distinct
        figure.period,
        scope.title_{language} as scope
    {headline_rows}
) as chosen
