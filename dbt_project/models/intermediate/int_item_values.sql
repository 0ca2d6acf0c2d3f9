-- Every topic, practice, resource, standard and kind of standard by which a report counts its enterprise.
{{ config(meta={'rebuilt_by': 'enterprise', 'as_of': 'as_of_period'}) }}

with

counting_rows as (

    select
        practices.as_of_period,
        practices.project_code,
        practices.enterprise_key,
        items.kpi,
        items.item_kind,
        items.item,
        practices.grade
    from {{ ref('int_counted_practices') }} as practices
    cross join
        lateral (
            values
            ('msmes_practices', 'practice', practices.practice, true),
            ('msmes_resource_saving', 'resource', practices.resource, practices.is_saving)
        ) as items (kpi, item_kind, item, is_counted)
    where items.is_counted

    union all

    select
        standards.as_of_period,
        standards.project_code,
        standards.enterprise_key,
        items.kpi,
        items.item_kind,
        items.item,
        standards.grade
    from {{ ref('int_counted_standards') }} as standards
    cross join
        lateral (
            values
            ('msmes_standards', 'standard', standards.standard, true),
            ('msmes_standards', 'standard_kind', standards.standard_kind, true),
            ('msmes_certified', 'standard', standards.standard, standards.is_certified),
            ('msmes_certified', 'standard_kind', standards.standard_kind, standards.is_certified)
        ) as items (kpi, item_kind, item, is_counted)
    where items.is_counted

),

best_rows as (

    -- The row with the best grade stands for its report in each item; of each topic there is but one.
    select
        as_of_period,
        project_code,
        enterprise_key,
        kpi,
        item_kind,
        item,
        min(grade) as grade
    from counting_rows
    where item is not null
    group by as_of_period, project_code, enterprise_key, kpi, item_kind, item

    union all

    select
        as_of_period,
        project_code,
        enterprise_key,
        'msmes_trained' as kpi,
        'topic' as item_kind,
        topic as item,
        grade
    from {{ ref('int_counted_training') }}
    where topic is not null

),

placed as (

    select
        best_rows.*,
        reports.country,
        reports.pillar,
        reports.value_chain,
        reports.is_shared
    from best_rows
    inner join {{ ref('int_reports') }} as reports
        on
            best_rows.as_of_period = reports.as_of_period
            and best_rows.project_code = reports.project_code
            and best_rows.enterprise_key = reports.enterprise_key

),

ranked as (

    -- Evidence of any report is enough: the best grade comes first.
    select
        *,
        row_number() over (
            partition by enterprise_key, as_of_period, kpi, item_kind, item
            order by grade, project_code
        ) as ranking
    from placed
    where is_shared

),

counted_once as (

    -- Of several projects' reports of an enterprise, the one that counts it in each scope.
    select
        as_of_period,
        project_code,
        enterprise_key,
        kpi,
        item_kind,
        item,
        grade,
        country,
        pillar,
        value_chain,
        ranking = 1 as counts_in_programme,
        ranking = min(ranking) over (
            partition by enterprise_key, as_of_period, kpi, item_kind, item, country
        ) as counts_in_country,
        ranking = min(ranking) over (
            partition by enterprise_key, as_of_period, kpi, item_kind, item, pillar
        ) as counts_in_pillar,
        ranking = min(ranking) over (
            partition by enterprise_key, as_of_period, kpi, item_kind, item, value_chain
        ) as counts_in_value_chain
    from ranked

)

select * from counted_once

union all

select
    as_of_period,
    project_code,
    enterprise_key,
    kpi,
    item_kind,
    item,
    grade,
    country,
    pillar,
    value_chain,
    true as counts_in_programme,
    true as counts_in_country,
    true as counts_in_pillar,
    true as counts_in_value_chain
from placed
where not is_shared
