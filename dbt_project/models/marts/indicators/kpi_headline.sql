-- Claimed, valid, unique and evidenced figure of every indicator, by scope and period.
with

cells as (

    -- Added up by everything a scope asks for, before it is spread over the scopes.
    select
        reported.as_of_period,
        reported.kpi,
        reported.country,
        reported.pillar,
        reported.value_chain,
        reported.project_code,
        coalesce(speakers.speaks_for_programme, true) as speaks_for_programme,
        coalesce(speakers.speaks_for_country, true) as speaks_for_country,
        coalesce(speakers.speaks_for_pillar, true) as speaks_for_pillar,
        coalesce(speakers.speaks_for_value_chain, true) as speaks_for_value_chain,
        {{ is_evidenced('reported.grade') }} as is_evidenced,
        sum(reported.kpi_value) as kpi_value
    from {{ ref('int_indicator_values') }} as reported
    left join {{ ref('int_speakers') }} as speakers
        on
            reported.as_of_period = speakers.as_of_period
            and reported.project_code = speakers.project_code
            and reported.enterprise_key = speakers.enterprise_key
            and reported.kpi = speakers.kpi
            and reported.is_shared
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11

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
