-- Standards in force at the end of a semester, each with when it lapses, once for every scope its report is in.
select
    {scope_columns},
    figure.enterprise_key,
    figure.standard,
    standard.label_{language} as standard_label,
    kind.label_{language} as standard_kind,
    figure.is_certified,
    figure.group_role,
    figure.lapses_in,
    figure.is_lapsing
from (
    select
        held.*,
        fact.group_role,
        scope.scope_type,
        scope.scope_code,
        held.valid_to <= period.period_end + interval '1 year' and not held.is_renewed as is_lapsing
    from marts.standard_in_force as held
    inner join marts.dim_period as period on held.period = period.period
    inner join marts.fct_result as placed
        on
            placed.kpi = 'msmes_standards'
            and held.period = placed.period
            and held.project_code = placed.project_code
            and held.enterprise_key = placed.enterprise_key
    left join marts.fct_standard as fact
        on held.submission_id = fact.submission_id and held.row_number = fact.row_number
    inner join marts.dim_scope as scope on {in_scope}
) as figure
{scope_joins}
left join marts.dim_standard as standard on figure.standard = standard.standard
left join marts.dim_code as kind on kind.code_list = 'standard_kind' and figure.standard_kind = kind.code
