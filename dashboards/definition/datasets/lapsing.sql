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
        placed.*,
        scope.scope_type,
        scope.scope_code
    from marts.standard_in_force as placed
    inner join marts.dim_scope as scope on {in_scope}
) as figure
{scope_joins}
left join marts.dim_standard as standard on figure.standard = standard.standard
left join marts.dim_code as kind on kind.code_list = 'standard_kind' and figure.standard_kind = kind.code
