-- What each project adds to the figures by item of every scope it is in.
{{ config(meta={'rebuilt_by': 'affected project', 'as_of': 'as_of_period'}) }}

with

cells as (

    -- Counted by everything a scope asks for before it is spread over the scopes, as int_headline_parts does.
    select
        as_of_period,
        project_code,
        kpi,
        item_kind,
        item,
        country,
        pillar,
        value_chain,
        counts_in_programme,
        counts_in_country,
        counts_in_pillar,
        counts_in_value_chain,
        {{ is_evidenced('grade') }} as is_evidenced,
        count(*) as enterprise_count
    from {{ ref('int_item_values') }}
    group by
        as_of_period, project_code, kpi, item_kind, item, country, pillar, value_chain,
        counts_in_programme, counts_in_country, counts_in_pillar, counts_in_value_chain,
        {{ is_evidenced('grade') }}

)

select
    cells.as_of_period,
    cells.project_code,
    scopes.scope_type,
    scopes.scope_code,
    cells.kpi,
    cells.item_kind,
    cells.item,
    sum(cells.enterprise_count) as valid,
    coalesce(sum(cells.enterprise_count) filter (where scopes.counts), 0) as unique_value,
    coalesce(sum(cells.enterprise_count) filter (where scopes.counts and cells.is_evidenced), 0) as evidenced
from cells
cross join lateral ({{ scopes_of('cells', counts=true) }}) as scopes (scope_type, scope_code, counts)
where scopes.scope_code is not null
group by
    cells.as_of_period, cells.project_code, scopes.scope_type, scopes.scope_code, cells.kpi, cells.item_kind, cells.item
