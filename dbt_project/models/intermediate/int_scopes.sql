-- Scopes with at least one report as of each period, stale ones included.
select distinct
    reports.as_of_period,
    scopes.scope_type,
    scopes.scope_code
from {{ ref('int_reports') }} as reports
cross join
    lateral (
        values
        ('programme', 'all'),
        ('country', reports.country),
        ('pillar', reports.pillar),
        ('value_chain', reports.value_chain),
        ('project', reports.project_code)
    ) as scopes (scope_type, scope_code)
where scopes.scope_code is not null
