-- The change of business volume in its parts, once for every scope in whose figure it is.
select
    figure.period,
    figure.scope_type,
    figure.scope_code,
    scope.scope_key,
    {scope_label} as scope,
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
    cross join lateral (
        values
        ('programme', 'all', slice.unique_value),
        ('country', slice.country, slice.unique_in_country),
        ('pillar', slice.pillar, slice.unique_in_pillar),
        ('value_chain', slice.value_chain, slice.unique_in_value_chain),
        ('project', slice.project_code, slice.valid)
    ) as scope (scope_type, scope_code, amount)
    where slice.kpi = 'volume_change_nominal_eur' and scope.scope_code is not null and scope.amount is not null
) as figure
{scope_joins}
left join marts.dim_code as part on part.code_list = 'change_part' and figure.change_part = part.code
left join marts.dim_country as country on figure.country = country.country
left join marts.dim_code as chain on chain.code_list = 'value_chain' and figure.value_chain = chain.code
left join marts.dim_code as size on size.code_list = 'size_class' and figure.size_class = size.code
