with

projects as (

    select
        institution,
        count(distinct project_code) as project_count
    from {{ ref('stg_project_institutions') }}
    group by institution

)

select
    institutions.institution,
    institutions.institution_name,
    institutions.country as seat_country,
    institutions.region,
    institutions.kind,
    coalesce(projects.project_count, 0) as project_count
from {{ ref('stg_institutions') }} as institutions
left join projects on institutions.institution = projects.institution
