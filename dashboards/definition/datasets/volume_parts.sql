-- The change of business volume in its parts, once for every scope in whose figure it is.
select
    {scope_columns},
    figure.kpi,
    figure.change_part,
    part.label_{language} as part,
    part.turn as part_turn,
    figure.amount as unique_value,
    case when figure.is_evidenced then figure.amount else 0 end as evidenced,
    country.name_{language} as country,
    chain.label_{language} as value_chain,
    size.label_{language} as size
from (
    select
        placed.period,
        placed.kpi,
        placed.change_part,
        placed.country,
        placed.value_chain,
        placed.size_class,
        placed.is_evidenced,
        scope.scope_type,
        scope.scope_code,
        {amount} as amount
    from marts.kpi_business_volume as placed
    inner join marts.dim_scope as scope on {in_scope}
    where placed.kpi = 'volume_change_nominal_eur' and {amount} is not null
) as figure
{scope_joins}
left join marts.dim_code as part on part.code_list = 'change_part' and figure.change_part = part.code
{slice_joins}
