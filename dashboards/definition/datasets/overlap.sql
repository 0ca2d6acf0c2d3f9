-- How many enterprises two projects both report.
select
    figure.period,
    figure.project_code,
    figure.other_project_code,
    project.project_code || ' ' || project.title as project,
    other.project_code || ' ' || other.title as other_project,
    country.name_{language} as country,
    pillar.label_{language} as pillar,
    figure.enterprise_count
from marts.project_overlap as figure
left join marts.dim_project as project on figure.project_code = project.project_code
left join marts.dim_project as other on figure.other_project_code = other.project_code
{project_joins}
