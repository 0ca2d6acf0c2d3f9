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
        slice.period,
        slice.kpi,
        slice.change_part,
        slice.country,
        slice.value_chain,
        slice.size_class,
        slice.is_evidenced,
        scope.scope_type,
        scope.scope_code,
        scope.amount
    from marts.kpi_business_volume as slice
    {slice_scopes}
    where slice.kpi = 'volume_change_nominal_eur' and scope.scope_code is not null and scope.amount is not null
) as figure
{scope_joins}
left join marts.dim_code as part on part.code_list = 'change_part' and figure.change_part = part.code
{slice_joins}
