-- Each project on its own: the programme's valid figure is the sum of the projects'.
with

programme as (

    select
        period,
        kpi,
        valid
    from {{ ref('kpi_headline') }}
    where scope_type = 'programme'

),

projects as (

    select
        period,
        kpi,
        sum(valid) as valid
    from {{ ref('kpi_headline') }}
    where scope_type = 'project'
    group by period, kpi

)

select
    programme.period,
    programme.kpi,
    programme.valid,
    projects.valid as valid_of_projects
from programme
inner join projects
    on
        programme.period = projects.period
        and programme.kpi = projects.kpi
-- each project's euros are rounded to 6 decimals
where abs(coalesce(programme.valid, 0) - coalesce(projects.valid, 0)) > 0.001
