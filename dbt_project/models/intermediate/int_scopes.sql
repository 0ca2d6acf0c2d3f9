-- Scopes in which each project has at least one report as of each period, stale ones included.
{{ config(meta={'rebuilt_by': 'affected project', 'as_of': 'as_of_period'}) }}

select distinct
    reports.as_of_period,
    reports.project_code,
    scopes.scope_type,
    scopes.scope_code
from {{ ref('int_reports') }} as reports
cross join lateral ({{ scopes_of('reports') }}) as scopes (scope_type, scope_code)
where scopes.scope_code is not null
