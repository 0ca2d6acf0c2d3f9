-- Every figure by everything a dashboard slices by; a view, because each mart asks for its own indicators.
{{ config(materialized='view', meta={'rebuilt_by': 'affected project'}) }}

with

whole_rows as (

    select
        period,
        kpi,
        project_code,
        enterprise_key,
        item,
        sex,
        age_group,
        cast(null as text) as change_part,
        evidence_grade,
        contribution,
        0 as overlapping,
        counts_in_programme,
        counts_in_country,
        counts_in_pillar,
        counts_in_value_chain
    from {{ ref('counted_row') }}
    where kpi != 'volume_change_nominal_eur'

),

parts_of_nominal_changes as (

    select
        rows_counted.period,
        rows_counted.kpi,
        rows_counted.project_code,
        rows_counted.enterprise_key,
        rows_counted.item,
        rows_counted.sex,
        rows_counted.age_group,
        parts.change_part,
        rows_counted.evidence_grade,
        parts.contribution,
        0 as overlapping,
        rows_counted.counts_in_programme,
        rows_counted.counts_in_country,
        rows_counted.counts_in_pillar,
        rows_counted.counts_in_value_chain
    from {{ ref('counted_row') }} as rows_counted
    inner join {{ ref('fct_business_volume') }} as changes
        on
            rows_counted.submission_id = changes.submission_id
            and rows_counted.row_number = changes.row_number
    cross join
        lateral (
            values
            ('volume', changes.volume_eur),
            ('price', changes.price_eur),
            ('exchange', changes.exchange_eur)
        ) as parts (change_part, contribution)
    where
        rows_counted.kpi = 'volume_change_nominal_eur'
        and parts.contribution != 0

),

items as (

    -- Everything an enterprise has been trained in, uses or holds, where one row of it is enough to count it.
    select
        as_of_period,
        project_code,
        enterprise_key,
        'msmes_trained' as kpi,
        topic as item
    from {{ ref('int_counted_training') }}

    union all

    select distinct
        practices.as_of_period,
        practices.project_code,
        practices.enterprise_key,
        kpis.kpi,
        practices.practice as item
    from {{ ref('int_counted_practices') }} as practices
    cross join
        lateral (
            values
            ('msmes_practices', true),
            ('msmes_resource_saving', practices.is_saving)
        ) as kpis (kpi, is_counted)
    where kpis.is_counted

    union all

    select distinct
        standards.as_of_period,
        standards.project_code,
        standards.enterprise_key,
        kpis.kpi,
        standards.standard as item
    from {{ ref('int_counted_standards') }} as standards
    cross join
        lateral (
            values
            ('msmes_standards', true),
            ('msmes_certified', standards.is_certified)
        ) as kpis (kpi, is_counted)
    where kpis.is_counted

),

overlapping_items as (

    select
        items.as_of_period as period,
        items.kpi,
        items.project_code,
        items.enterprise_key,
        items.item,
        cast(null as text) as sex,
        cast(null as text) as age_group,
        cast(null as text) as change_part,
        reports.grade as evidence_grade,
        0 as contribution,
        1 as overlapping,
        reports.counts_in_programme,
        reports.counts_in_country,
        reports.counts_in_pillar,
        reports.counts_in_value_chain
    from items
    inner join {{ ref('int_surviving_values') }} as reports
        on
            items.as_of_period = reports.as_of_period
            and items.project_code = reports.project_code
            and items.enterprise_key = reports.enterprise_key
            and items.kpi = reports.kpi
    where reports.counts_in_programme

),

every_row as (

    select * from whole_rows
    union all
    select * from parts_of_nominal_changes
    union all
    select * from overlapping_items

),

placed as (

    select
        every_row.*,
        reports.country,
        territories.territory_code,
        reports.pillar,
        reports.value_chain,
        classes.section as isic_section,
        reports.size_class,
        reports.owner_sex,
        {{ is_evidenced('every_row.evidence_grade') }} as is_evidenced
    from every_row
    inner join {{ ref('int_reports') }} as reports
        on
            every_row.period = reports.as_of_period
            and every_row.project_code = reports.project_code
            and every_row.enterprise_key = reports.enterprise_key
    left join {{ ref('territories') }} as territories
        on
            reports.country = territories.country
            and reports.territory_code = territories.territory_code
    left join {{ ref('isic_classes') }} as classes on reports.isic_class = classes.isic_class

)

select
    period,
    kpi,
    country,
    territory_code,
    pillar,
    project_code,
    value_chain,
    isic_section,
    size_class,
    owner_sex,
    item,
    sex,
    age_group,
    change_part,
    is_evidenced,
    sum(contribution) as valid,
    coalesce(sum(contribution) filter (where counts_in_programme), 0) as unique_value,
    coalesce(sum(contribution) filter (where counts_in_programme and is_evidenced), 0) as evidenced,
    coalesce(sum(contribution) filter (where counts_in_country), 0) as unique_in_country,
    coalesce(sum(contribution) filter (where counts_in_pillar), 0) as unique_in_pillar,
    coalesce(sum(contribution) filter (where counts_in_value_chain), 0) as unique_in_value_chain,
    sum(overlapping) as unique_overlapping
from placed
group by
    period, kpi, country, territory_code, pillar, project_code, value_chain, isic_section, size_class, owner_sex,
    item, sex, age_group, change_part, is_evidenced
