-- Every figure by everything a dashboard slices by; a view, because each mart asks for its own indicators.
{{ config(materialized='view', meta={'rebuilt_by': 'affected project', 'as_of': 'period'}) }}

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
        rows_counted.counts_in_programme,
        rows_counted.counts_in_country,
        rows_counted.counts_in_pillar,
        rows_counted.counts_in_value_chain
    from {{ ref('counted_row') }} as rows_counted
    inner join {{ ref('fct_business_volume') }} as changes
        on
            rows_counted.project_code = changes.project_code
            and rows_counted.submission_id = changes.submission_id
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

every_row as (

    select * from whole_rows
    union all
    select * from parts_of_nominal_changes

),

placed as (

    select
        every_row.*,
        reports.country,
        reports.known_territory_code as territory_code,
        reports.pillar,
        reports.value_chain,
        reports.isic_section,
        reports.size_class,
        reports.owner_sex,
        {{ is_evidenced('every_row.evidence_grade') }} as is_evidenced
    from every_row
    inner join {{ ref('int_reports') }} as reports
        on
            every_row.period = reports.as_of_period
            and every_row.project_code = reports.project_code
            and every_row.enterprise_key = reports.enterprise_key

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
    coalesce(sum(contribution) filter (where counts_in_value_chain), 0) as unique_in_value_chain
from placed
group by
    period, kpi, country, territory_code, pillar, project_code, value_chain, isic_section, size_class, owner_sex,
    item, sex, age_group, change_part, is_evidenced
