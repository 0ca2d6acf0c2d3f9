-- Whether each project's report of each semester came, when, and what became of it.
select
    figure.period,
    figure.project_code,
    {project_columns},
    timeliness.label_{language} as timeliness_label,
    timeliness.turn as timeliness_turn,
    figure.timeliness,
    status.label_{language} as status_label,
    figure.status,
    figure.is_expected,
    figure.due_on,
    figure.first_received_on,
    figure.days_late,
    figure.delivery_count
from marts.submission_status as figure
left join marts.dim_project as project on figure.project_code = project.project_code
{project_joins}
left join marts.dim_code as timeliness on timeliness.code_list = 'timeliness' and figure.timeliness = timeliness.code
left join marts.dim_code as status on status.code_list = 'status' and figure.status = status.code
