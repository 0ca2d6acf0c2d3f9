-- What each report counts for, added up by what pages slice by, once for every scope it is in. Enterprises that one project
-- alone reports are counted already, the few that several do by key, which is right under any filter; amounts are those of
-- the reports that speak in the scope's figure.
select
    {scope_columns},
    figure.kpi,
    figure.amount as unique_value,
    case when figure.is_evidenced then figure.amount else 0 end as evidenced,
    case when figure.shared_enterprise_key is null then figure.valid else 0 end as enterprise_alone,
    figure.shared_enterprise_key as enterprise_key,
    case when figure.shared_enterprise_key is null and figure.is_evidenced then figure.valid else 0 end as evidenced_alone,
    case when figure.is_evidenced then figure.shared_enterprise_key end as evidenced_key,
    country.name_{language} as country,
    figure.country as country_code,
    project.project_code || ' ' || project.title as project,
    chain.label_{language} as value_chain,
    size.label_{language} as size,
    sex.label_{language} as sex,
    age.label_{language} as age_group,
    part.label_{language} as part,
    part.turn as part_turn
from (
    select
        placed.*,
        scope.scope_type,
        scope.scope_code,
        {amount} as amount
    from marts.result_summary as placed
    inner join marts.dim_scope as scope on {in_scope}
) as figure
{scope_joins}
{slice_joins}
left join marts.dim_code as sex on sex.code_list = 'sex' and figure.sex = sex.code
left join marts.dim_code as age on age.code_list = 'age_group' and figure.age_group = age.code
left join marts.dim_code as part on part.code_list = 'change_part' and figure.change_part = part.code
