-- What each report counts for, once for every scope it is in. Enterprises that several projects report are counted by key,
-- which is right under any filter; amounts are those of the reports that speak in the scope's figure.
select
    {scope_columns},
    figure.kpi,
    case when figure.is_shared then 0 else 1 end as enterprise_alone,
    case when figure.is_shared then figure.enterprise_key end as enterprise_key,
    case when figure.speaks then figure.valid end as unique_value,
    case when figure.speaks and figure.is_evidenced then figure.valid end as evidenced,
    case when figure.is_evidenced and not figure.is_shared then 1 else 0 end as evidenced_alone,
    case when figure.is_evidenced and figure.is_shared then figure.enterprise_key end as evidenced_key,
    country.name_{language} as country,
    figure.country as country_code,
    department.division_name as department,
    department.iso_3166_2 as department_iso,
    pillar.label_{language} as pillar,
    project.project_code || ' ' || project.title as project,
    chain.label_{language} as value_chain,
    section.label_{language} as activity,
    size.label_{language} as size,
    coalesce(owner.label_{language}, figure.owner_sex) as owner_sex
from (
    select
        placed.*,
        scope.scope_type,
        scope.scope_code,
        {speaks} as speaks
    from marts.fct_result as placed
    inner join marts.dim_scope as scope on {in_scope}
) as figure
{scope_joins}
{slice_joins}
left join marts.dim_territory as department on figure.territory_key = department.territory_key
left join marts.dim_code as pillar on pillar.code_list = 'pillar' and figure.pillar = pillar.code
left join marts.dim_code as section on section.code_list = 'isic_section' and figure.isic_section = section.code
left join marts.dim_code as owner on owner.code_list = 'sex' and figure.owner_sex = owner.code
