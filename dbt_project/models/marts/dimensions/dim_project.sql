with

partners as (

    select
        project_code,
        count(distinct institution) as institution_count
    from {{ ref('stg_project_institutions') }}
    group by project_code

)

select
    projects.project_code,
    projects.title,
    projects.country,
    projects.pillar,
    projects.lead_institution,
    projects.start_date,
    projects.end_date,
    projects.grant_eur,
    projects.funding_call,
    coalesce(partners.institution_count, 0) as institution_count
from {{ ref('stg_projects') }} as projects
left join partners on projects.project_code = partners.project_code
