-- What the rules found in the version of each report that counts; a rule that found nothing has no row.
select
    figure.period,
    figure.project_code,
    {project_columns},
    figure.rule,
    figure.rule || ' ' || coalesce(rule.label_{language}, '') as rule_label,
    severity.label_{language} as severity,
    figure.finding_count,
    figure.waived_count
from marts.data_quality as figure
left join marts.dim_project as project on figure.project_code = project.project_code
{project_joins}
left join marts.dim_code as rule on rule.code_list = 'rule' and figure.rule = rule.code
left join marts.dim_code as severity on severity.code_list = 'severity' and figure.severity = severity.code
where figure.finding_count > 0
