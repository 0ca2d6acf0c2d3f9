-- Green jobs by sex and age, once for every scope in whose figure they are.
select
    {scope_columns},
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
        placed.period,
        placed.kpi,
        placed.sex,
        placed.age_group,
        placed.country,
        placed.value_chain,
        placed.size_class,
        placed.is_evidenced,
        scope.scope_type,
        scope.scope_code,
        {amount} as amount
    from marts.kpi_green_jobs as placed
    inner join marts.dim_scope as scope on {in_scope}
    where {amount} is not null
) as figure
{scope_joins}
left join marts.dim_code as sex on sex.code_list = 'sex' and figure.sex = sex.code
left join marts.dim_code as age on age.code_list = 'age_group' and figure.age_group = age.code
{slice_joins}
