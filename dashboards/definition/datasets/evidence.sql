-- The rows of workbooks behind a figure; their contributions add up to it.
select
    {scope_columns},
    {kpi_columns},
    project.project_code || ' ' || project.title as project,
    figure.file_name,
    sheet.label_{language} as sheet,
    figure.row_number,
    figure.enterprise_key,
    grade.label_{language} as evidence_grade,
    figure.contribution
from marts.kpi_evidence as figure
inner join marts.dim_kpi as kpi on figure.kpi = kpi.kpi
{scope_joins}
left join marts.dim_project as project on figure.project_code = project.project_code
left join marts.dim_code as sheet on sheet.code_list = 'sheet' and figure.sheet = sheet.code
left join marts.dim_code as grade on grade.code_list = 'evidence_grade' and figure.evidence_grade = grade.code
