-- What each project adds to the figures of every scope it is in, by indicator and period.
{{ config(meta={'rebuilt_by': 'affected project', 'as_of': 'as_of_period'}) }}

select
    cells.as_of_period,
    cells.project_code,
    scopes.scope_type,
    scopes.scope_code,
    cells.kpi,
    sum(cells.kpi_value) as valid,
    coalesce(sum(cells.kpi_value) filter (where scopes.counts), 0) as unique_value,
    coalesce(sum(cells.kpi_value) filter (where scopes.counts and {{ is_evidenced('cells.grade') }}), 0) as evidenced
from {{ ref('int_value_cells') }} as cells
cross join lateral ({{ scopes_of('cells', counts=true) }}) as scopes (scope_type, scope_code, counts)
where scopes.scope_code is not null
group by cells.as_of_period, cells.project_code, scopes.scope_type, scopes.scope_code, cells.kpi
