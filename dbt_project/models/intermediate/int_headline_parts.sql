-- What each project adds to the figures of every scope it is in, by indicator and period.
{{ config(meta={'rebuilt_by': 'affected project'}) }}

with

cells as (

    -- Added up by everything a scope asks for before it is spread over the scopes. Enterprises of one project alone,
    -- which are most, are counted by it everywhere. A project has one pillar: "min" picks it.
    select
        as_of_period,
        kpi,
        project_code,
        country,
        value_chain,
        min(pillar) as pillar,
        true as counts_in_programme,
        true as counts_in_country,
        true as counts_in_pillar,
        true as counts_in_value_chain,
        {{ is_evidenced('grade') }} as is_evidenced,
        sum(kpi_value) as kpi_value
    from {{ ref('int_indicator_values') }}
    where not is_shared
    group by as_of_period, kpi, project_code, country, value_chain, {{ is_evidenced('grade') }}

    union all

    select
        shared.as_of_period,
        shared.kpi,
        shared.project_code,
        shared.country,
        shared.value_chain,
        shared.pillar,
        survivors.counts_in_programme,
        survivors.counts_in_country,
        survivors.counts_in_pillar,
        survivors.counts_in_value_chain,
        {{ is_evidenced('shared.grade') }} as is_evidenced,
        shared.kpi_value
    from {{ ref('int_indicator_values') }} as shared
    inner join {{ ref('int_survivorship') }} as survivors
        on
            shared.as_of_period = survivors.as_of_period
            and shared.project_code = survivors.project_code
            and shared.enterprise_key = survivors.enterprise_key
            and shared.kpi = survivors.kpi
    where shared.is_shared

)

select
    cells.as_of_period,
    cells.project_code,
    scopes.scope_type,
    scopes.scope_code,
    cells.kpi,
    sum(cells.kpi_value) as valid,
    coalesce(sum(cells.kpi_value) filter (where scopes.counts), 0) as unique_value,
    coalesce(sum(cells.kpi_value) filter (where scopes.counts and cells.is_evidenced), 0) as evidenced
from cells
cross join lateral ({{ scopes_of('cells', counts=true) }}) as scopes (scope_type, scope_code, counts)
where scopes.scope_code is not null
group by cells.as_of_period, cells.project_code, scopes.scope_type, scopes.scope_code, cells.kpi
