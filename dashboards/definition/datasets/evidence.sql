-- The rows of workbooks behind a figure; their contributions add up to it. As marts.kpi_evidence has them, whose branch
-- for each kind of scope would be read five times over: which kind is meant, only the words that a reader chose say.
select
    {scope_columns},
    {kpi_columns},
    project.project_code || ' ' || project.title as project,
    delivery.delivery_label as file_name,
    sheet.label_{language} as sheet,
    figure.row_number,
    figure.enterprise_key,
    grade.label_{language} as evidence_grade,
    figure.contribution
from (
    select
        placed.*,
        scope.scope_type,
        scope.scope_code
    from marts.counted_row as placed
    inner join marts.dim_scope as scope on {in_scope}
    where {speaks}
) as figure
inner join marts.dim_kpi as kpi on figure.kpi = kpi.kpi
inner join marts.fct_submission as delivery on figure.submission_id = delivery.submission_id
{scope_joins}
left join marts.dim_project as project on figure.project_code = project.project_code
left join marts.dim_code as sheet on sheet.code_list = 'sheet' and figure.sheet = sheet.code
left join marts.dim_code as grade on grade.code_list = 'evidence_grade' and figure.evidence_grade = grade.code
