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
    {slice_scopes}
    where scope.scope_code is not null and scope.amount is not null
) as figure
{scope_joins}
left join marts.dim_code as sex on sex.code_list = 'sex' and figure.sex = sex.code
left join marts.dim_code as age on age.code_list = 'age_group' and figure.age_group = age.code
{slice_joins}
