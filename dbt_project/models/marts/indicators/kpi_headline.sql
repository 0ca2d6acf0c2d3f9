-- Claimed, valid, unique and evidenced figure of every indicator, by scope and period.
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
    where shared.is_shared

),

figures as (

    select
        cells.as_of_period,
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
    group by cells.as_of_period, scopes.scope_type, scopes.scope_code, cells.kpi

),

complete as (

    select
        scopes.as_of_period as period,
        scopes.scope_type,
        scopes.scope_code,
        kpis.kpi,
        kpis.unit,
        declared.claimed,
        case when not kpis.is_empty_without_values then 0 end as figure_of_nothing,
        figures.valid,
        figures.unique_value,
        figures.evidenced
    from {{ ref('int_scopes') }} as scopes
    cross join {{ ref('kpis') }} as kpis
    left join figures
        on
            scopes.as_of_period = figures.as_of_period
            and scopes.scope_type = figures.scope_type
            and scopes.scope_code = figures.scope_code
            and kpis.kpi = figures.kpi
    left join {{ ref('int_declared_totals') }} as declared
        on
            scopes.as_of_period = declared.as_of_period
            and scopes.scope_type = declared.scope_type
            and scopes.scope_code = declared.scope_code
            and kpis.kpi = declared.kpi

)

select
    period,
    scope_type,
    scope_code,
    kpi,
    unit,
    cast(claimed as numeric) as claimed,
    trim_scale(round(coalesce(valid, figure_of_nothing), 6)) as valid,
    trim_scale(round(coalesce(unique_value, figure_of_nothing), 6)) as unique_value,
    trim_scale(round(coalesce(evidenced, figure_of_nothing), 6)) as evidenced
from complete
