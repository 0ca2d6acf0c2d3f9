-- What practices in use save of a resource, where units allow to add up; an enterprise's practice once.
select
    figure.period,
    figure.project_code,
    project.project_code || ' ' || project.title as project,
    country.name_{language} as country,
    figure.resource,
    resource.label_{language} as resource_label,
    practice.label_{language} as practice,
    figure.enterprise_key,
    figure.is_saving_a_fifth,
    figure.saved_percent
from marts.resource_saving as figure
left join marts.dim_project as project on figure.project_code = project.project_code
left join marts.dim_country as country on project.country = country.country
left join marts.dim_code as resource on resource.code_list = 'resource' and figure.resource = resource.code
left join marts.dim_code as practice on practice.code_list = 'practice' and figure.practice = practice.code
