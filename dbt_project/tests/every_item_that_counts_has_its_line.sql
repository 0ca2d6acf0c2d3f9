-- Every topic, practice, resource, standard and kind of standard by which a row counts has its line in `kpi_by_item`.
{{ config(meta={'rebuilt_by': 'changed project'}) }}

with

items as (

    select distinct
        as_of_period,
        'msmes_trained' as kpi,
        'topic' as item_kind,
        topic as item
    from {{ ref('int_counted_training') }}

    union all

    select distinct
        as_of_period,
        'msmes_practices' as kpi,
        'practice' as item_kind,
        practice as item
    from {{ ref('int_counted_practices') }}

    union all

    select distinct
        as_of_period,
        'msmes_resource_saving' as kpi,
        'resource' as item_kind,
        resource as item
    from {{ ref('int_counted_practices') }}
    where is_saving

    union all

    select distinct
        standards.as_of_period,
        kpis.kpi,
        kinds.item_kind,
        kinds.item
    from {{ ref('int_counted_standards') }} as standards
    cross join
        lateral (
            values
            ('msmes_standards', true),
            ('msmes_certified', standards.is_certified)
        ) as kpis (kpi, is_counted)
    cross join
        lateral (
            values
            ('standard', standards.standard),
            ('standard_kind', standards.standard_kind)
        ) as kinds (item_kind, item)
    where kpis.is_counted

)

select items.*
from items
left join {{ ref('kpi_by_item', rebuilt_by='scope') }} as lines
    on
        lines.scope_type = 'programme'
        and items.as_of_period = lines.period
        and items.kpi = lines.kpi
        and items.item_kind = lines.item_kind
        and items.item = lines.item
where items.item is not null and lines.item is null
