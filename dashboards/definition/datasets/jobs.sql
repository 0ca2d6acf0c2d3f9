-- Green jobs by sex and age, once for every scope in whose figure they are.
select
    figure.period,
    figure.scope_type,
    figure.scope_code,
    scope.scope_key,
    {scope_label} as scope,
    figure.kpi,
    figure.amount as unique_value,
    case when figure.is_evidenced then figure.amount else 0 end as evidenced,
    sex.label_{language} as sex,
    age.label_{language} as age_group,
    country.name_{language} as country,
    chain.label_{language} as value_chain,
    size.label_{language} as size
from (
    select
        slice.period,
        slice.kpi,
        slice.sex,
        slice.age_group,
        slice.country,
        slice.value_chain,
        slice.size_class,
        slice.is_evidenced,
        scope.scope_type,
        scope.scope_code,
        scope.amount
    from marts.kpi_green_jobs as slice
    cross join lateral (
        values
        ('programme', 'all', slice.unique_value),
        ('country', slice.country, slice.unique_in_country),
        ('pillar', slice.pillar, slice.unique_in_pillar),
        ('value_chain', slice.value_chain, slice.unique_in_value_chain),
        ('project', slice.project_code, slice.valid)
    ) as scope (scope_type, scope_code, amount)
    where scope.scope_code is not null and scope.amount is not null
) as figure
{scope_joins}
left join marts.dim_code as sex on sex.code_list = 'sex' and figure.sex = sex.code
left join marts.dim_code as age on age.code_list = 'age_group' and figure.age_group = age.code
left join marts.dim_country as country on figure.country = country.country
left join marts.dim_code as chain on chain.code_list = 'value_chain' and figure.value_chain = chain.code
left join marts.dim_code as size on size.code_list = 'size_class' and figure.size_class = size.code
