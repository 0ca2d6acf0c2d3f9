-- What each project adds to the figures of every scope it is in, by indicator and period.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'affected project'},
    indexes=[{'columns': ['project_code']}]
) }}

with

cells as (

    -- Added up by everything a scope asks for before it is spread over the scopes. Enterprises of one project alone,
    -- which are most, are spoken for by it everywhere. A project has one pillar: "min" picks it.
    select
        as_of_period,
        kpi,
        project_code,
        country,
        value_chain,
        min(pillar) as pillar,
        true as speaks_for_programme,
        true as speaks_for_country,
        true as speaks_for_pillar,
        true as speaks_for_value_chain,
        {{ is_evidenced('grade') }} as is_evidenced,
        sum(kpi_value) as kpi_value
    from {{ ref('int_indicator_values') }}
    where not is_shared and {{ in_affected_project('project_code') }}
    group by as_of_period, kpi, project_code, country, value_chain, {{ is_evidenced('grade') }}

    union all

    select
        shared.as_of_period,
        shared.kpi,
        shared.project_code,
        shared.country,
        shared.value_chain,
        shared.pillar,
        speakers.speaks_for_programme,
        speakers.speaks_for_country,
        speakers.speaks_for_pillar,
        speakers.speaks_for_value_chain,
        {{ is_evidenced('shared.grade') }} as is_evidenced,
        shared.kpi_value
    from {{ ref('int_indicator_values') }} as shared
    inner join {{ ref('int_speakers') }} as speakers
        on
            shared.as_of_period = speakers.as_of_period
            and shared.project_code = speakers.project_code
            and shared.enterprise_key = speakers.enterprise_key
            and shared.kpi = speakers.kpi
    where
        shared.is_shared
        and {{ in_affected_project('shared.project_code') }}
        and {{ in_affected_project('speakers.project_code') }}

)

select
    cells.as_of_period,
    cells.project_code,
    scopes.scope_type,
    scopes.scope_code,
    cells.kpi,
    sum(cells.kpi_value) as valid,
    coalesce(sum(cells.kpi_value) filter (where scopes.speaks), 0) as unique_value,
    coalesce(sum(cells.kpi_value) filter (where scopes.speaks and cells.is_evidenced), 0) as evidenced
from cells
cross join
    lateral (
        values
        ('programme', 'all', cells.speaks_for_programme),
        ('country', cells.country, cells.speaks_for_country),
        ('pillar', cells.pillar, cells.speaks_for_pillar),
        ('value_chain', cells.value_chain, cells.speaks_for_value_chain),
        ('project', cells.project_code, true)
    ) as scopes (scope_type, scope_code, speaks)
where scopes.scope_code is not null
group by cells.as_of_period, cells.project_code, scopes.scope_type, scopes.scope_code, cells.kpi
